import ArgumentParser
import PythonJSON

struct VersionCommand: Subcommand {
  static let configuration = CommandConfiguration(commandName: "version", abstract: "Print the version.")

  @OptionGroup var style: OutputOptions

  func perform(in session: Session) async throws -> Report {
    Report(json: ["version": .string(Version.number)], text: Version.text)
  }
}
