// # dhub: the command line
//
// Each command is a file of `Commands/`: what it may be given, what it does, and a ``Report`` of what came out. It prints
// nothing itself but what has to be seen before it ends (``Output/line(_:)``). `Program/` is the same for all commands:
//
//     arguments ── Dhub.parseAsRoot ──> Subcommand ── perform(in: Session) ──> Report ── Output ──> stdout, ExitStatus
//                        │                                  │
//                        └────────── any error ─────────────┴──> Failure ── Output ──> stderr (and stdout with --json)
//
// ## What holds for every command
//
// - Results go to stdout, everything else to stderr, in lines that begin with `error:`, `hint:` or `warning:`.
// - With `--json` there is one JSON object on stdout, whatever happens: a result, or `{"error": …}`.
// - The exit status tells the kinds of failure apart (``ExitStatus``).
// - SIGINT and SIGTERM cancel the command's task; what has arrived of a download stays, and the message says how to go on.
// - What comes from elsewhere, a server's words or the names of files, is escaped before it is printed (`printable`).
//
// ## Speed
//
// `dhub scheduler show` from a warm cache takes about as long as the dynamic linker does. So nothing is opened, started
// or read before a command needs it: no connection, no index, no thread.

import ArgumentParser
import Hub

struct Dhub: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dhub",
    abstract: "Diffusion schedulers by repository id, from a hub, a cache shared with Python, or a directory.",
    discussion: """
      Exit status: \(ExitStatus.allCases.map { "\($0.rawValue) \($0.meaning)" }.joined(separator: ", ")).

      Environment: the variables of huggingface_hub, such as HF_ENDPOINT, HF_HOME, HF_HUB_CACHE, HF_HUB_OFFLINE, \
      HF_TOKEN; 'dhub env' shows what is in force.

      Completions: dhub --generate-completion-script bash (or zsh, fish).
      """,
    version: Version.text,
    subcommands: [
      DemoCommand.self, SchedulerCommand.self, DownloadCommand.self, UploadCommand.self,
      RepoCommand.self, CacheCommand.self, LoginCommand.self,
      AuthCommand.self, ServeCommand.self, EnvCommand.self, VersionCommand.self,
    ])
}
