import ArgumentParser
import PythonJSON

struct DemoCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "demo", abstract: "See it work, without a network: hub, push, fetch, offline, sample.",
    discussion: """
      Starts a hub on loopback, pushes a scheduler to it, fetches it by repository id, stops the hub and loads the \
      scheduler again from the cache, then samples with it. Everything is in a temporary directory, which is removed \
      at the end. Fails if any step does not come out as it should.
      """)

  @OptionGroup var style: OutputOptions

  func perform(in session: Session) async throws -> Report {
    let folder = try DemoFolder()
    let results = try await Demo(folder: folder, output: session.output, logger: session.logger(style)).run()
    return Report(
      json: .object(results), text: "\nEverything came out as it should. The temporary directory is gone.")
  }
}
