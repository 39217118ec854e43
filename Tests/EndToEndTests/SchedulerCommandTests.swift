import Foundation
import TestSupport
import Testing

@Suite struct SchedulerCommandTests {
  /// dhub with configurations in `euler`, `ddim` and `dpm`, saved as a directory has them.
  private func dhub() throws -> Dhub {
    let dhub = try Dhub()
    for (folder, name) in [("euler", "sd15"), ("ddim", "ddim"), ("dpm", "dpm-karras")] {
      try dhub.home.write(try [UInt8](contentsOf: name), to: "\(folder)/scheduler_config.json")
    }
    return dhub
  }

  @Test func `show tells values, defaults and what the class does not know`() async throws {
    let outcome = try await dhub().run("scheduler", "show", "./euler")
    #expect(outcome.status == 0)
    let lines = outcome.text.split(separator: "\n").map(String.init)
    #expect(lines[0] == "EulerDiscreteScheduler" && lines[1].contains("./euler/scheduler_config.json"))
    func row(_ key: String) -> [String] {
      lines.first { $0.hasPrefix(key + " ") }?.split(separator: " ").map(String.init) ?? []
    }
    #expect(row("beta_schedule") == ["beta_schedule", "\"scaled_linear\""])
    #expect(row("use_karras_sigmas") == ["use_karras_sigmas", "false", "default"])
    #expect(row("set_alpha_to_one").suffix(5) == ["not", "used", "by", "this", "class"])
  }

  @Test func `a plan is a table, an object and a drawing`() async throws {
    let dhub = try dhub()
    let table = try await dhub.run("scheduler", "plan", "euler", "--steps", "4")
    #expect(table.status == 0 && table.text.split(separator: "\n").count == 6, "\(table.errorText)")
    let object = try await dhub.run("scheduler", "plan", "euler", "dpm", "--steps", "4", "--json").object()
    let plans = try #require(object["plans"] as? [[String: Any]])
    #expect(plans.map { $0["class"] as? String } == ["EulerDiscreteScheduler", "DPMSolverMultistepScheduler"])
    let stages = try #require(plans[0]["stages"] as? [[String: Double]])
    let sigmas = stages.map { $0["sigma"] ?? 0 }
    #expect(stages.map { $0["timestep"] } == [751, 501, 251, 1] && sigmas == sigmas.sorted(by: >))
    let saved = #"{"_class_name": "DPMSolverMultistepScheduler", "_diffusers_version": "0.21.4"}"#
    try dhub.home.write(saved.utf8, to: "old/scheduler_config.json")
    for (flags, endsClean) in [([], true), (["--diffusers-0.21"], false)] {
      let plan = try await dhub.run(["scheduler", "plan", "old", "--steps", "4", "--json"] + flags).object()
      let last = ((plan["plans"] as? [[String: Any]])?.first?["stages"] as? [[String: Double]])?.last
      #expect(try (#require(last?["next_sigma"]) == 0) == endsClean)
    }
    let drawn = try await dhub.run("scheduler", "plan", "euler", "ddim", "dpm", "--steps", "20", "--svg", "plan.svg")
    #expect(drawn.text == "plan.svg\n")
    let drawing = try await XMLParserCheck.elements(of: Data(dhub.home.read("plan.svg")))
    #expect(drawing.filter { $0 == "polyline" }.count == 6)
  }

  @Test func `a configuration is converted there and back without loss`() async throws {
    let dhub = try dhub()
    let there = try await dhub.run(
      "scheduler", "convert", "ddim", "--to", "DPMSolverMultistepScheduler", "--output", "there")
    #expect(there.text == "there/scheduler_config.json\n" && there.status == 0, "\(there.errorText)")
    let shown = try await dhub.run("scheduler", "show", "there", "--json").object()
    #expect(shown["class"] as? String == "DPMSolverMultistepScheduler")
    let back = try await dhub.run("scheduler", "convert", "there", "--to", "DDIMScheduler", "--output", "back")
    #expect(back.status == 0)
    let (first, last) = (try await config("ddim", dhub), try await config("back", dhub))
    for (key, value) in first { #expect(last[key] as? NSObject == value as? NSObject, "\(key)") }
  }

  private func config(_ folder: String, _ dhub: Dhub) async throws -> [String: Any] {
    try #require(try await dhub.run("scheduler", "show", folder, "--json").object()["config"] as? [String: Any])
  }

  @Test func `the list has every class`() async throws {
    let object = try await dhub().run("scheduler", "list", "--json").object()
    let names = (object["schedulers"] as? [[String: Any]])?.compactMap { $0["class"] as? String } ?? []
    #expect(Set(["DDIMScheduler", "EulerDiscreteScheduler", "DPMSolverMultistepScheduler"]).isSubset(of: names))
    let elsewhere = (object["schedulers"] as? [[String: Any]])?.flatMap { $0["names"] as? [String] ?? [] } ?? []
    #expect(Set(["DPM++ 2M", "DPM++ 2S a Karras", "DPM fast", "DPM adaptive"]).isSubset(of: elsewhere))
  }
}
