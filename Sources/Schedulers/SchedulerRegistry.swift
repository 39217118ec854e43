public import Scheduling
import Synchronization

/// Every scheduler class, by its name.
public enum SchedulerRegistry {
  /// All classes of `diffusers`, in alphabetical order. To add one, write its file and add its line.
  public static let classes: [any Scheduler.Type] = [
    AmusedScheduler.self,
    BlockRefinementScheduler.self,
    CMStochasticIterativeScheduler.self,
    CogVideoXDDIMScheduler.self,
    CogVideoXDPMScheduler.self,
    ConsistencyDecoderScheduler.self,
    CosineDPMSolverMultistepScheduler.self,
    DDIMInverseScheduler.self,
    DDIMParallelScheduler.self,
    DDIMScheduler.self,
    DDPMParallelScheduler.self,
    DDPMScheduler.self,
    DDPMWuerstchenScheduler.self,
    DEISMultistepScheduler.self,
    DiscreteDDIMScheduler.self,
    DPMSolverMultistepInverseScheduler.self,
    DPMSolverMultistepScheduler.self,
    DPMSolverSDEScheduler.self,
    DPMSolverSinglestepScheduler.self,
    EDMDPMSolverMultistepScheduler.self,
    EDMEulerScheduler.self,
    EntropyBoundScheduler.self,
    EulerAncestralDiscreteScheduler.self,
    EulerDiscreteScheduler.self,
    FlowMapEulerDiscreteScheduler.self,
    FlowMatchEulerDiscreteScheduler.self,
    FlowMatchHeunDiscreteScheduler.self,
    FlowMatchLCMScheduler.self,
    HeliosDMDScheduler.self,
    HeliosScheduler.self,
    HeunDiscreteScheduler.self,
    IPNDMScheduler.self,
    KarrasVeScheduler.self,
    KDPM2AncestralDiscreteScheduler.self,
    KDPM2DiscreteScheduler.self,
    LCMScheduler.self,
    LMSDiscreteScheduler.self,
    LTXEulerAncestralRFScheduler.self,
    MiniMaxH3Scheduler.self,
    PiflowScheduler.self,
    PNDMScheduler.self,
    RePaintScheduler.self,
    RFD4ProteinaScheduler.self,
    SASolverScheduler.self,
    SCMScheduler.self,
    ScoreSdeVeScheduler.self,
    ScoreSdeVpScheduler.self,
    TCDScheduler.self,
    UnCLIPScheduler.self,
    UniPCMultistepScheduler.self,
    VQDiffusionScheduler.self,
  ]

  /// The samplers of k-diffusion that `diffusers` has no class for.
  public static let kDiffusionClasses: [any Scheduler.Type] = [
    DPMSolver2SAncestralScheduler.self,
    DPMFastScheduler.self,
    DPMAdaptiveScheduler.self,
  ]

  /// Every class, those of `diffusers` first.
  public static let all = classes + kDiffusionClasses

  /// The members of the enumeration `KarrasDiffusionSchedulers`, in its order: classes that share most of their keys, and
  /// that a pipeline of Stable Diffusion can exchange for each other.
  public static let karrasDiffusionSchedulers = [
    "DDIMScheduler", "DDPMScheduler", "PNDMScheduler", "LMSDiscreteScheduler", "EulerDiscreteScheduler",
    "HeunDiscreteScheduler", "EulerAncestralDiscreteScheduler", "DPMSolverMultistepScheduler",
    "DPMSolverSinglestepScheduler", "KDPM2DiscreteScheduler", "KDPM2AncestralDiscreteScheduler",
    "DEISMultistepScheduler", "UniPCMultistepScheduler", "DPMSolverSDEScheduler", "EDMEulerScheduler",
  ]

  /// The class of this name, or `nil` if there is none.
  public static func scheduler(named name: String) -> (any Scheduler.Type)? {
    all.first { $0.className == name }
  }

  /// The class of this name.
  ///
  /// - Throws: `SchedulerError` with the code `unknownClass`, which suggests the nearest names.
  public static func scheduler(_ name: String) throws(SchedulerError) -> any Scheduler.Type {
    if let found = scheduler(named: name) { return found }
    let nearest = nearestNames(to: name, of: all.map { $0.className })
    throw SchedulerError(
      .unknownClass, "no scheduler is called \(name.prefix(60))", "did you mean \(list(nearest, "or"))?")
  }

  /// The classes that a configuration of `scheduler` can be handed to, itself included, in the order of the registry.
  public static func compatibles(of scheduler: any Scheduler.Type) -> [any Scheduler.Type] {
    let names: [String] =
      switch scheduler.compatibility {
      case .karrasDiffusion: karrasDiffusionSchedulers
      case .alone: []
      case .classes(let names): names
      }
    return all.filter { $0.className == scheduler.className || names.contains($0.className) }
  }

  /// The defaults of a class, and an example of what has none; `nil` for a name that no class has.
  ///
  /// Made when they are asked for: making those of every class would take longer than all else that a program does to look
  /// at one configuration.
  static func defaults(of className: String) -> SchedulerConfig? {
    if let known = knownDefaults.withLock({ $0[className] }) { return known }
    guard let scheduler = all.first(where: { $0.className == className }) else { return nil }
    // The defaults of a class are legal in it; a test makes every one.
    let config = try? scheduler.init(config: scheduler.requirements).config
    knownDefaults.withLock { $0[className] = config }
    return config
  }

  private static let knownDefaults = Mutex<[String: SchedulerConfig]>([:])

  /// Whether any class has this key.
  static func knows(_ key: String) -> Bool {
    all.contains { defaults(of: $0.className)?.keys.contains(key) ?? false }
  }
}

extension Scheduler {
  /// The classes that this configuration can be handed to, itself included.
  public var compatibles: [any Scheduler.Type] {
    SchedulerRegistry.compatibles(of: SchedulerRegistry.scheduler(named: className) ?? Self.self)
  }
}
