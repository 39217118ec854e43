import PythonJSON

/// A rule about values that do not go together although each is legal.
struct ConfigRule: Sendable {
  let finding: ConfigReport.Finding
  /// Whether a configuration breaks it. Keys that the class does not have are absent, and break nothing.
  let applies: @Sendable (SchedulerConfig) -> Bool

  init(
    _ rule: String, _ problem: String, _ remedy: String, _ severity: ConfigReport.Finding.Severity = .warning,
    applies: @escaping @Sendable (SchedulerConfig) -> Bool
  ) {
    finding = ConfigReport.Finding(rule: rule, problem: problem, remedy: remedy, severity: severity)
    self.applies = applies
  }

  static let all = [
    ConfigRule(
      "zero-snr-epsilon",
      "with zero terminal SNR the first sample has no signal, and noise prediction tells nothing about the image",
      "set prediction_type to \"v_prediction\", or rescale_betas_zero_snr to false", .error,
      applies: { $0.isOn("rescale_betas_zero_snr") && $0["prediction_type"] == "epsilon" }),
    ConfigRule(
      "zero-snr-spacing",
      "zero terminal SNR is for runs that begin at the last training timestep, which this spacing leaves out",
      "set timestep_spacing to \"trailing\"",
      applies: { $0.isOn("rescale_betas_zero_snr") && $0["timestep_spacing"] == "leading" }),
    ConfigRule(
      "offset-without-leading", "steps_offset does nothing with this spacing",
      "set steps_offset to 0, or timestep_spacing to \"leading\"",
      applies: { config in
        ["trailing", "linspace"].contains(config["timestep_spacing"]) && (config["steps_offset"]?.number ?? 0) != 0
      }),
    ConfigRule(
      "descending-betas", "beta_start is larger than beta_end: the noise per step shrinks during the training",
      "exchange them, unless the model was trained so",
      applies: { config in
        config["trained_betas"]?.array == nil
          && (config["beta_start"]?.number ?? 0) > (config["beta_end"]?.number ?? 1)
      }),
    ConfigRule(
      "curve-without-bounds", "beta_start and beta_end do nothing with this beta_schedule",
      "leave them out, or set beta_schedule to \"linear\" or \"scaled_linear\"",
      applies: { config in
        ["squaredcos_cap_v2", "exp", "laplace"].contains(config["beta_schedule"])
          && (config.isChosen("beta_start") || config.isChosen("beta_end"))
      }),
    ConfigRule(
      "betas-win", "trained_betas are given, so beta_schedule does nothing", "leave beta_schedule out",
      applies: { $0["trained_betas"]?.array != nil && $0.isChosen("beta_schedule") }),
    ConfigRule(
      "threshold-over-clip", "thresholding takes the place of clipping, so clip_sample does nothing",
      "set clip_sample to false",
      applies: { $0.isOn("thresholding") && $0.isOn("clip_sample") && $0.isChosen("clip_sample") }),
    ConfigRule(
      "threshold-without-room", "sample_max_value is at most 1, so thresholding is plain clipping to ±1",
      "raise sample_max_value, or set thresholding to false",
      applies: { $0.isOn("thresholding") && ($0["sample_max_value"]?.number ?? 2) <= 1 }),
    ConfigRule(
      "sigma-schedules", "two sigma schedules are on, of which use_karras_sigmas wins",
      "switch use_lu_lambdas off", applies: { $0.isOn("use_karras_sigmas") && $0.isOn("use_lu_lambdas") }),
    ConfigRule(
      "flow-shift-unused", "flow_shift does nothing without use_flow_sigmas", "leave flow_shift out",
      applies: { $0["use_flow_sigmas"] == false && $0.isChosen("flow_shift") && $0["flow_shift"]?.number != 1 }),
    ConfigRule(
      "flow-without-sigmas", "the model predicts the flow, and the sigmas are not those of flow matching",
      "set use_flow_sigmas to true", .error,
      applies: { $0["prediction_type"] == "flow_prediction" && $0["use_flow_sigmas"] == false }),
    ConfigRule(
      "velocity-with-flow-sigmas", "the model predicts velocities, and the sigmas are those of flow matching",
      "set use_flow_sigmas to false, or prediction_type to \"flow_prediction\"", .error,
      applies: { $0["prediction_type"] == "v_prediction" && $0["use_flow_sigmas"] == true }),
    ConfigRule(
      "third-order-guided", "solver_order 3 is unstable for guided sampling", "set solver_order to 2",
      applies: { $0["solver_order"]?.number == 3 && $0["lower_order_final"] == false }),
  ]
}

extension SchedulerConfig {
  /// Whether a switch is on.
  fileprivate func isOn(_ key: String) -> Bool { self[key] == true }

  /// Whether somebody gave the key a value.
  fileprivate func isChosen(_ key: String) -> Bool { self[key] != nil && !defaultedKeys.contains(key) }
}
