import ArgumentParser
import DiffusionHub

struct ListCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the scheduler classes, with their names elsewhere.",
    discussion: """
      The names of A1111 and k-diffusion are understood wherever a class is asked for. With --json each class has those \
      that its configuration can be converted to, as diffusers has them.
      """)

  @OptionGroup var style: OutputOptions

  func perform(in session: Session) async throws -> Report {
    var table = Table([("CLASS", .left), ("A1111 AND K-DIFFUSION", .left)])
    let rows = SchedulerRegistry.all.map { type in
      let compatibles = SchedulerRegistry.compatibles(of: type).map { $0.className }.filter { $0 != type.className }
      let names = NamedScheduler.all.filter { $0.className == type.className }.map(\.name)
      table.add([type.className, names.joined(separator: ", ")])
      return JSONValue.object([
        "class": .string(type.className), "names": .array(names.map { .string($0) }),
        "compatibles": .array(compatibles.map { .string($0) }),
      ])
    }
    return Report(json: ["schedulers": .array(rows)], text: table.text)
  }
}
