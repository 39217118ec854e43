/// A scheduler by the name that A1111's web interface and k-diffusion give it, with the settings that make it so.
///
/// The table is that of the documentation of `diffusers` ("Schedulers", section of A1111 and k-diffusion). The rows that
/// `diffusers` has nothing for have classes of this package.
public struct NamedScheduler: Sendable, Hashable {
  /// The name: `DPM++ 2M SDE Karras`.
  public let name: String
  /// The class's name, in `diffusers` where ``isInDiffusers``.
  public let className: String
  /// The keys that the name stands for.
  public let settings: SchedulerConfig

  /// Whether `diffusers` has the class.
  public var isInDiffusers: Bool { SchedulerRegistry.classes.contains { $0.className == className } }

  /// The whole table, in the order of the documentation.
  public static let all: [NamedScheduler] = samplers.flatMap { name, className, settings, hasKarras in
    let plain = NamedScheduler(name: name, className: className, settings: settings)
    guard hasKarras else { return [plain] }
    return [
      plain,
      NamedScheduler(
        name: name + " Karras", className: className, settings: settings.merging(["use_karras_sigmas": true])),
    ]
  }

  /// The names with their classes and settings, and whether each is also there with Karras's sigmas.
  private static let samplers: [(String, String, SchedulerConfig, Bool)] = [
    ("DPM++ 2M", "DPMSolverMultistepScheduler", [:], true),
    ("DPM++ 2M SDE", "DPMSolverMultistepScheduler", ["algorithm_type": "sde-dpmsolver++"], true),
    ("DPM++ 2S a", DPMSolver2SAncestralScheduler.className, [:], true),
    ("DPM++ SDE", "DPMSolverSinglestepScheduler", [:], true),
    ("DPM2", "KDPM2DiscreteScheduler", [:], true),
    ("DPM2 a", "KDPM2AncestralDiscreteScheduler", [:], true),
    ("DPM adaptive", DPMAdaptiveScheduler.className, [:], false),
    ("DPM fast", DPMFastScheduler.className, [:], false),
    ("Euler", "EulerDiscreteScheduler", [:], false),
    ("Euler a", "EulerAncestralDiscreteScheduler", [:], false),
    ("Heun", "HeunDiscreteScheduler", [:], false),
    ("LMS", "LMSDiscreteScheduler", [:], true),
  ]

  /// The settings of A1111's schedule types, by their names, which go together with any sampler that has the keys.
  public static let scheduleTypes: [(name: String, settings: SchedulerConfig)] = [
    ("Karras", ["use_karras_sigmas": true]),
    ("sgm_uniform", ["timestep_spacing": "trailing"]),
    ("simple", ["timestep_spacing": "trailing"]),
    ("exponential", ["timestep_spacing": "linspace", "use_exponential_sigmas": true]),
    ("beta", ["timestep_spacing": "linspace", "use_beta_sigmas": true]),
  ]

  /// The row of a name, whatever its case; `nil` if there is none.
  public static func named(_ name: String) -> NamedScheduler? {
    all.first { $0.name.lowercased() == name.lowercased() }
  }
}

extension AnyScheduler {
  /// The scheduler that A1111 and k-diffusion call by this name: `AnyScheduler(named: "DPM++ 2M SDE Karras")`.
  ///
  /// "DPM adaptive" has no list of timesteps; its ``base`` is a ``DPMAdaptiveScheduler``, which makes its runs with
  /// ``DPMAdaptiveScheduler/adaptiveSampler()``.
  ///
  /// - Parameters:
  ///   - name: A name of the table, whatever its case.
  ///   - config: The model's configuration; the settings of the name replace its values.
  /// - Throws: `SchedulerError` with the code `unknownClass` for a name that is not in the table, which suggests the nearest
  ///   ones.
  public init(named name: String, config: SchedulerConfig = SchedulerConfig()) throws(SchedulerError) {
    guard let row = NamedScheduler.named(name) else {
      let names = NamedScheduler.all.map(\.name) + SchedulerRegistry.all.map { $0.className }
      let nearest = nearestNames(to: name, of: names)
      throw SchedulerError(
        .unknownClass, "no sampler is called \(name.prefix(60))", "did you mean \(list(nearest, "or"))?")
    }
    self.init(try SchedulerRegistry.scheduler(row.className).init(config: config.merging(row.settings)))
  }
}

extension Scheduler {
  /// The names by which A1111 and k-diffusion know this scheduler with its settings, the most particular ones: those
  /// whose settings it has, and no other name has more of.
  public var kDiffusionNames: [String] {
    let rows = NamedScheduler.all.filter { row in
      row.className == className && row.settings.keys.allSatisfy { config[$0] == row.settings[$0] }
    }
    let most = rows.map(\.settings.keys.count).max() ?? 0
    return rows.filter { $0.settings.keys.count == most }.map(\.name)
  }
}
