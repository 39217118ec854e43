public import Scheduling

// The numbers of diffusers 0.21, for who wants a picture of 2023 again. They are the ones of 0.42 but for a few defaults, which a
// configuration can say, and what the quirks here bring back. All of them are off unless asked for.

extension Scheduler {
  /// The scheduler that `diffusers` 0.21 made of a configuration, with its numbers: keys that it did not have, or had with another
  /// default, say what it did where nobody gave them a value, and what it computed otherwise is a quirk that is on
  /// (``Quirks/diffusers021``).
  ///
  /// - Throws: `SchedulerError` with the code `configuration` for a wrong value.
  public static func ofDiffusers021(config: SchedulerConfig) throws(SchedulerError) -> Self {
    let isOfAnyClass = className == AnyScheduler.className
    let defaults = defaultsOfDiffusers021(isOfAnyClass ? config.className : className)
    var config = config
    for key in defaults.keys where config[key] == nil || config.defaultedKeys.contains(key) {
      config[key] = defaults[key]
    }
    var scheduler = try Self(config: config)
    scheduler.quirks.formUnion(.diffusers021)
    return scheduler
  }

  /// This scheduler with the numbers of `diffusers` 0.21 and its own quirks: see ``ofDiffusers021(config:)``.
  ///
  /// ```swift
  /// let old = try await DPMSolverMultistepScheduler.fromPretrained("org/model", subfolder: "scheduler").asOfDiffusers021()
  /// ```
  public func asOfDiffusers021() throws(SchedulerError) -> Self {
    var scheduler = try Self.ofDiffusers021(config: config)
    scheduler.quirks = quirks.union(.diffusers021)
    return scheduler
  }

  /// The defaults of keys that are others now.
  private static func defaultsOfDiffusers021(_ className: String?) -> SchedulerConfig {
    switch className {
    case DPMSolverMultistepScheduler.className, UniPCMultistepScheduler.className: ["final_sigmas_type": "sigma_min"]
    case DPMSolverSinglestepScheduler.className: ["final_sigmas_type": "sigma_min", "lower_order_final": true]
    default: [:]
    }
  }
}

extension Quirks {
  /// Everything in which 0.21 was different.
  public static let diffusers021: Quirks = [
    .plainStride, .rolledInversion, .noiseAtMiddles, .noiseWithoutChurn, .wholeSecondOrder, .sigmasAtTimesteps,
  ]

  /// The end of a step is found by subtracting `training / steps`, rounded down, from its timestep (DDPM).
  public static let plainStride = Quirks(rawValue: 1 << 50)
  /// The model sees the timestep that a step starts from, and not that at which it arrives; the first is before the training's
  /// (DDIMInverse).
  public static let rolledInversion = Quirks(rawValue: 1 << 51)
  /// Noise is drawn for the first half of a step, too, and thrown away (KDPM2Ancestral).
  public static let noiseAtMiddles = Quirks(rawValue: 1 << 52)
  /// Noise is drawn for every step, also where churn adds none (Euler).
  public static let noiseWithoutChurn = Quirks(rawValue: 1 << 53)
  /// The last step of an even number is of second order (DPM-Solver in single steps).
  public static let wholeSecondOrder = Quirks(rawValue: 1 << 54)
  /// Respaced sigmas are those of the timesteps that they are nearest to, each but once (DPM-Solver, UniPC).
  public static let sigmasAtTimesteps = Quirks(rawValue: 1 << 55)
}
