import Schedulers
import Testing

@Suite struct KDiffusionNameTests {
  @Test(arguments: NamedScheduler.all)
  func `a name makes its scheduler, and the scheduler has the name`(row: NamedScheduler) throws {
    let config: SchedulerConfig = ["beta_schedule": "scaled_linear", "steps_offset": 1]
    let scheduler = try AnyScheduler(named: row.name, config: config)
    #expect(scheduler.className == row.className)
    #expect(scheduler.config["beta_schedule"] == "scaled_linear")
    for key in row.settings.keys { #expect(scheduler.config[key] == row.settings[key]) }
    #expect(scheduler.kDiffusionNames == [row.name])
    guard !(scheduler.base is DPMAdaptiveScheduler) else { return }
    _ = try scheduler.sampler(steps: 4)
  }

  @Test func `case does not matter, and a mistyped name is told what it is like`() throws {
    #expect(try AnyScheduler(named: "dpm++ 2m karras").config["use_karras_sigmas"] == true)
    let error = #expect(throws: SchedulerError.self) { try AnyScheduler(named: "DPM++ 2N Karras") }
    #expect(error?.code == .unknownClass)
    #expect(error?.remedy.hasPrefix("did you mean DPM++ 2M Karras") == true)
  }

  @Test func `what diffusers has no class for is here, and says so`() throws {
    #expect(
      NamedScheduler.all.filter { !$0.isInDiffusers }.map(\.name) == [
        "DPM++ 2S a", "DPM++ 2S a Karras", "DPM adaptive", "DPM fast",
      ])
    let scheduler = try AnyScheduler(named: "DPM++ 2S a Karras", config: ["prediction_type": "v_prediction"])
    let saved = try SchedulerConfig(json: scheduler.config.encoded(), source: "here")
    #expect(try AnyScheduler(config: saved).config == saved)
  }

  @Test func `the table has the rows of the documentation`() {
    #expect(
      NamedScheduler.all.map(\.name) == [
        "DPM++ 2M", "DPM++ 2M Karras", "DPM++ 2M SDE", "DPM++ 2M SDE Karras", "DPM++ 2S a", "DPM++ 2S a Karras",
        "DPM++ SDE", "DPM++ SDE Karras", "DPM2", "DPM2 Karras", "DPM2 a", "DPM2 a Karras", "DPM adaptive", "DPM fast",
        "Euler", "Euler a", "Heun", "LMS", "LMS Karras",
      ])
  }

  @Test(arguments: NamedScheduler.scheduleTypes.map(\.name))
  func `a schedule type goes with a sampler that has its keys`(name: String) throws {
    let settings = try #require(NamedScheduler.scheduleTypes.first { $0.name == name }?.settings)
    let scheduler = try AnyScheduler(named: "Euler", config: settings)
    #expect(scheduler.unusedKeys.isEmpty)
    _ = try scheduler.sampler(steps: 5)
  }
}
