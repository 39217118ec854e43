import ArgumentParser
import PythonJSON
import Schedulers

struct ListCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the scheduler classes.",
    discussion: "The second column has the classes that a configuration can be converted to, as diffusers has them.")

  @OptionGroup var style: OutputOptions

  func perform(in session: Session) async throws -> Report {
    var table = Table([("CLASS", .left), ("COMPATIBLE WITH", .left)])
    let rows = SchedulerRegistry.classes.map { type in
      let others = SchedulerRegistry.compatibles(of: type).map { $0.className }.filter { $0 != type.className }
      table.add([type.className, others.isEmpty ? "-" : others.joined(separator: ", ")])
      return JSONValue.object([
        "class": .string(type.className), "compatibles": .array(others.map { .string($0) }),
      ])
    }
    return Report(json: ["schedulers": .array(rows)], text: table.text)
  }
}
