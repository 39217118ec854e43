import Schedulers
import Testing

@Suite struct ConfigReportTests {
  static let findings: [(String, SchedulerConfig, [String])] = [
    ("DDIMScheduler", [:], []),
    ("DDIMScheduler", ["rescale_betas_zero_snr": true], ["zero-snr-epsilon", "zero-snr-spacing"]),
    (
      "DDIMScheduler",
      ["rescale_betas_zero_snr": true, "prediction_type": "v_prediction", "timestep_spacing": "trailing"], []
    ),
    ("DDIMScheduler", ["timestep_spacing": "trailing", "steps_offset": 1], ["offset-without-leading"]),
    ("DDIMScheduler", ["beta_start": 0.02, "beta_end": 0.0001], ["descending-betas"]),
    ("DDIMScheduler", ["beta_schedule": "squaredcos_cap_v2", "beta_end": 0.01], ["curve-without-bounds"]),
    (
      "DDIMScheduler", ["num_train_timesteps": 1, "trained_betas": [0.1], "beta_schedule": "linear"],
      ["betas-win"]
    ),
    (
      "DDIMScheduler", ["thresholding": true, "clip_sample": true],
      ["threshold-over-clip", "threshold-without-room"]
    ),
    ("DPMSolverMultistepScheduler", ["use_karras_sigmas": true, "use_lu_lambdas": true], ["sigma-schedules"]),
    ("DPMSolverMultistepScheduler", ["flow_shift": 3.0], ["flow-shift-unused"]),
    ("DPMSolverMultistepScheduler", ["prediction_type": "flow_prediction"], ["flow-without-sigmas"]),
    (
      "UniPCMultistepScheduler", ["prediction_type": "v_prediction", "use_flow_sigmas": true],
      ["velocity-with-flow-sigmas"]
    ),
    ("DPMSolverMultistepScheduler", ["solver_order": 3, "lower_order_final": false], ["third-order-guided"]),
  ]

  @Test(arguments: findings)
  func `values that do not go together are found`(name: String, config: SchedulerConfig, rules: [String]) throws {
    let scheduler = try #require(SchedulerRegistry.scheduler(named: name)).init(config: config)
    #expect(scheduler.report.findings.map(\.rule) == rules)
  }

  @Test func `keys of other classes break no rule`() throws {
    let scheduler = try EulerDiscreteScheduler(config: ["thresholding": true, "clip_sample": true])
    #expect(scheduler.report.findings.isEmpty)
  }

  @Test func `every key has its value and its origin`() throws {
    let report = try EulerDiscreteScheduler(config: ["beta_end": 0.02, "use_karras_sigmas": true, "x": 1]).report
    let entries = Dictionary(uniqueKeysWithValues: report.entries.map { ($0.key, $0) })
    #expect(report.className == "EulerDiscreteScheduler")
    #expect(report.entries.count == 18)
    #expect(entries["beta_start"]?.isDefaulted == true)
    #expect(entries["beta_end"]?.isDefaulted == false)
    #expect(entries["beta_end"]?.equalsDefault == true)
    #expect(entries["use_karras_sigmas"]?.equalsDefault == false)
    #expect(entries["x"]?.isKnown == false)
  }
}
