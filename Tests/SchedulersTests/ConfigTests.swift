import Foundation
import PythonJSON
import Schedulers
import Scheduling
import TestSupport
import Testing

@Suite struct ConfigTests {
  static func read(_ text: String) throws -> SchedulerConfig {
    try SchedulerConfig(json: Array(text.utf8), source: "scheduler_config.json")
  }

  // MARK: Reading

  static let unreadable: [(String, String)] = [
    (
      "",
      "syntax: scheduler_config.json: line 1, column 1: expected a value, found the end; correct the file"
    ),
    (
      "{'a': 1}",
      "syntax: scheduler_config.json: line 1, column 2: expected a key in double quotes, found \"'\"; correct the file"
    ),
    (
      "[]",
      "configuration: scheduler_config.json: the file holds an array, not an object; write keys and values between braces"
    ),
    (
      "7",
      "configuration: scheduler_config.json: the file holds an integer, not an object; write keys and values between braces"
    ),
    (
      #"{"_class_name": 7}"#,
      "configuration: scheduler_config.json: _class_name is 7, not a string; name the scheduler's class"
    ),
  ]

  @Test(arguments: unreadable) func `a file that is no configuration is refused`(text: String, message: String) {
    let error = #expect(throws: SchedulerError.self) { try Self.read(text) }
    #expect(error?.description == message)
  }

  @Test func `a file that is too deep or too large is refused by its limit`() {
    let deep = #"{"a": "# + String(repeating: "[", count: 100_000)
    #expect(#expect(throws: SchedulerError.self) { try Self.read(deep) }?.code == .limit)
    let large = #"{"a": ""# + String(repeating: "x", count: 17 << 20) + #""}"#
    #expect(#expect(throws: SchedulerError.self) { try Self.read(large) }?.code == .limit)
  }

  @Test func `what exists in the wild is read`() throws {
    let text =
      "\u{FEFF}" + #"{"_class_name": "DDIMScheduler", "x": NaN, "y": -Infinity, "steps_offset": 1, "steps_offset": 2}"#
    let scheduler = try DDIMScheduler(config: Self.read(text))
    #expect(scheduler.config["y"] == .double(-.infinity))
    #expect(scheduler.config["steps_offset"] == 2)
    #expect(scheduler.unusedKeys == ["x", "y"])
    #expect(scheduler.loadingInfo.unexpectedKeys == ["x", "y"])
  }

  // MARK: Meaning

  static let wrong: [(SchedulerConfig, String)] = [
    (
      ["num_train_timesteps": "1000"],
      "configuration: num_train_timesteps is \"1000\", not an integer from 1 to 1000000; correct the value, or leave the key out"
    ),
    (
      ["num_train_timesteps": 1000.5],
      "configuration: num_train_timesteps is 1000.5, not an integer from 1 to 1000000; correct the value, or leave the key out"
    ),
    (
      ["num_train_timesteps": nil],
      "configuration: num_train_timesteps is null, not an integer from 1 to 1000000; correct the value, or leave the key out"
    ),
    (
      ["num_train_timesteps": 0],
      "configuration: num_train_timesteps is 0, not an integer from 1 to 1000000; correct the value, or leave the key out"
    ),
    (
      ["num_train_timesteps": 1_000_000_000_000_000],
      "limit: num_train_timesteps is 1000000000000000, not an integer from 1 to 1000000; use a smaller number"
    ),
    (
      ["num_train_timesteps": .bigInteger("1" + String(repeating: "0", count: 40))],
      "limit: num_train_timesteps is 10000000000000000000000000000000000000000, not an integer from 1 to 1000000; use a smaller number"
    ),
    (
      ["num_train_timesteps": .double(.infinity)],
      "configuration: num_train_timesteps is Infinity, not an integer from 1 to 1000000; correct the value, or leave the key out"
    ),
    (
      ["beta_schedule": "Linear"],
      "configuration: beta_schedule is \"Linear\", not one of \"linear\", \"scaled_linear\", \"squaredcos_cap_v2\"; correct the value, or leave the key out"
    ),
    (
      ["beta_schedule": nil],
      "configuration: beta_schedule is null, not one of \"linear\", \"scaled_linear\", \"squaredcos_cap_v2\"; correct the value, or leave the key out"
    ),
    (
      ["prediction_type": "noise"],
      "configuration: prediction_type is \"noise\", not one of \"epsilon\", \"sample\", \"v_prediction\"; correct the value, or leave the key out"
    ),
    (
      ["beta_start": -0.1],
      "configuration: beta_start is -0.1, not a number from 0.0 to 1.0; correct the value, or leave the key out"
    ),
    (
      ["beta_end": 1.5],
      "configuration: beta_end is 1.5, not a number from 0.0 to 1.0; correct the value, or leave the key out"
    ),
    (
      ["beta_end": .double(.nan)],
      "configuration: beta_end is NaN, not a number from 0.0 to 1.0; correct the value, or leave the key out"
    ),
    (
      ["trained_betas": []],
      "configuration: trained_betas is [], not a list of numbers from 0.0 to 1.0; correct the value, or leave the key out"
    ),
    (
      ["trained_betas": [0.1, "x"]],
      "configuration: trained_betas[1] is \"x\", not a list of numbers from 0.0 to 1.0; correct the value, or leave the key out"
    ),
    (
      ["trained_betas": [0.1, 0.2]],
      "configuration: trained_betas has 2 values for 1000 num_train_timesteps; give a value for each training timestep"
    ),
    (
      ["steps_offset": -1],
      "configuration: steps_offset is -1, not an integer from 0 to 999; correct the value, or leave the key out"
    ),
    (
      ["steps_offset": 1000],
      "configuration: steps_offset is 1000, not an integer from 0 to 999; correct the value, or leave the key out"
    ),
    (
      ["clip_sample": "false"],
      "configuration: clip_sample is \"false\", not true or false; correct the value, or leave the key out"
    ),
  ]

  @Test(arguments: wrong) func `a value that cannot be meant is refused at load`(
    config: SchedulerConfig, message: String
  ) {
    let error = #expect(throws: SchedulerError.self) { try DDIMScheduler(config: config) }
    #expect(error?.description == message)
  }

  @Test func `a whole float is an integer, and is written back as it was`() throws {
    let scheduler = try DDIMScheduler(config: ["num_train_timesteps": 100.0])
    #expect(try scheduler.sampler(steps: 10).timesteps.first == 90)
    #expect(String(decoding: scheduler.config.encoded(), as: UTF8.self).contains("\"num_train_timesteps\": 100.0,"))
  }

  @Test func `two sigma schedules at once are refused`() {
    let error = #expect(throws: SchedulerError.self) {
      try EulerDiscreteScheduler(config: ["use_karras_sigmas": true, "use_beta_sigmas": true])
    }
    #expect(
      error?.description
        == "configuration: use_karras_sigmas and use_beta_sigmas are both true; choose one of them")
  }

  // MARK: Classes

  @Test func `a configuration goes to another class and back, and loses nothing`() throws {
    let ddim = try DDIMScheduler(config: [
      "set_alpha_to_one": false, "steps_offset": 1, "beta_schedule": "scaled_linear",
    ])
    let dpm = try DPMSolverMultistepScheduler(config: ddim.config)
    #expect(dpm.config["steps_offset"] == 1)
    #expect(dpm.unusedKeys == ["set_alpha_to_one"])
    // DDIM's spacing was only its default, and does not come along.
    #expect(dpm.config["timestep_spacing"] == "linspace")
    #expect(dpm.loadingInfo.unexpectedKeys == [])
    #expect(try DDIMScheduler(config: dpm.config).config == ddim.config)
    // In a file everything is a choice.
    let file = try SchedulerConfig(json: ddim.config.encoded(), source: "file")
    #expect(try DPMSolverMultistepScheduler(config: file).config["timestep_spacing"] == "leading")
  }

  @Test func `the class is the one that the configuration names`() throws {
    let any = try AnyScheduler(
      config: Self.read(#"{"_class_name": "EulerDiscreteScheduler", "use_karras_sigmas": true}"#))
    #expect(any.className == "EulerDiscreteScheduler")
    #expect(any.base is EulerDiscreteScheduler)
    #expect(any.config["use_karras_sigmas"] == true)
    let unknown = #expect(throws: SchedulerError.self) {
      try AnyScheduler(config: SchedulerConfig(className: "EulerDiscretScheduler", [:]))
    }
    #expect(unknown?.code == .unknownClass)
    #expect(unknown?.remedy.hasPrefix("did you mean EulerDiscreteScheduler") == true)
    #expect(#expect(throws: SchedulerError.self) { try AnyScheduler(config: [:]) }?.code == .unknownClass)
  }

  @Test func `overrides replace values, and a key that no class has is refused`() throws {
    let euler = try EulerDiscreteScheduler()
    let karras = try euler.with(["use_karras_sigmas": true])
    #expect(karras.config["use_karras_sigmas"] == true)
    #expect(!karras.defaultedKeys.contains("use_karras_sigmas"))
    #expect(try euler.with(["solver_order": 3]).unusedKeys == ["solver_order"])
    let error = #expect(throws: SchedulerError.self) { try euler.with(["use_karass_sigmas": true]) }
    #expect(
      error?.description.contains("no scheduler has the key use_karass_sigmas; did you mean one of use_karras_sigmas")
        == true)
  }

  @Test(arguments: SchedulerRegistry.classes.map { $0.className })
  func `every class has legal defaults, and is found by its name`(name: String) throws {
    let type = try #require(SchedulerRegistry.scheduler(named: name))
    let scheduler = try type.init(config: type.requirements)
    #expect(scheduler.className == name)
    #expect(scheduler.unusedKeys.isEmpty)
    #expect(type.requirements.keys + scheduler.defaultedKeys == scheduler.config.keys)
    #expect(scheduler.compatibles.contains { $0.className == name })
  }

  @Test func `a key without a default is asked for by its name`() throws {
    for type in SchedulerRegistry.classes where !type.requirements.keys.isEmpty {
      let error = #expect(throws: SchedulerError.self) { try type.init() }
      #expect(
        error?.description
          == "configuration: \(type.requirements.keys[0]) is missing; add the key: the class has no default for it")
    }
    let scheduler = try VQDiffusionScheduler(config: VQDiffusionScheduler.requirements)
    #expect(scheduler.report.entries.filter { !$0.equalsDefault }.map(\.key) == ["num_vec_classes"])
  }

  // MARK: Writing

  @Test func `what is written is what diffusers writes, byte for byte`() throws {
    let rows = try lines(ofFixture: "schedulers/saved.jsonl")
    #expect(rows.count > 20)
    for row in rows {
      let value = try JSONValue(parsing: row)
      let (config, saved) = (try #require(value["config"]), try #require(value["saved"]?.string))
      let name = try #require(value["class"]?.string)
      let type = try #require(SchedulerRegistry.scheduler(named: name))
      let scheduler = try type.init(config: SchedulerConfig(json: Array(config.text().utf8), source: "row"))
      let written = String(decoding: scheduler.config.encoded(), as: UTF8.self)
      #expect(written == saved)
      // Read and written again it is the same.
      let again = try type.init(config: SchedulerConfig(json: Array(saved.utf8), source: "row"))
      #expect(String(decoding: again.config.encoded(), as: UTF8.self) == saved)
    }
  }
}
