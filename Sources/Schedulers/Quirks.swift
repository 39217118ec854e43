import Scheduling

/// Where `diffusers` computes something else than its own sources say, each by name.
///
/// All are on unless switched off, so that the numbers are those of `diffusers`. Without a quirk a scheduler does what the
/// paper says, or what the same class says elsewhere.
public struct Quirks: OptionSet, Sendable, Hashable {
  /// One bit for each quirk.
  public let rawValue: Int
  /// The quirks of these bits.
  public init(rawValue: Int) { self.rawValue = rawValue }

  /// The numbers of `diffusers` 0.42.
  public static let all = Quirks(rawValue: -1).subtracting(diffusers021)

  /// The ends of a run are shifted, and then all its points, the ends once more (flow matching).
  public static let shiftTwice = Quirks(rawValue: 1 << 32)
  /// Where every token has a timestep of its own, a step goes as far away from the clean sample as it should go towards it
  /// (flow matching).
  public static let tokensBackwards = Quirks(rawValue: 1 << 33)
  /// Sigmas that are given are read as positions between the smallest and the largest, which makes no run; without the quirk
  /// they can be given (Euler for Karras's networks).
  public static let sigmasAsRamp = Quirks(rawValue: 1 << 34)
  /// A run over given timesteps of which only a share is made ends with fresh noise at its last level (LCM).
  public static let strengthKeepsNoise = Quirks(rawValue: 1 << 35)
  /// The sigmas of a run are the squares of what they should be (KarrasVe).
  public static let squaredSigmas = Quirks(rawValue: 1 << 37)
  /// A step of second order draws the noise of one of first order before its own, and throws it away (CogVideoXDPM).
  public static let drawnTwice = Quirks(rawValue: 1 << 38)
  /// A flow is converted with Karras's sigma where the sigmas are not those of flow matching, and a velocity as if the levels were
  /// variance-preserving where they are (DPM-Solver and its kin, DEIS, UniPC, SASolver, Helios).
  public static let mixedFrames = Quirks(rawValue: 1 << 39)

  /// The end of a step is found by subtracting `training / steps`, rounded down, from its timestep, whatever the spacing:
  /// where that is not the distance to the next timestep, steps overlap or leave gaps (DDIM, PNDM).
  public static let fixedStride = Quirks(rawValue: 1 << 0)
  /// `trailing` may come out one step longer than asked for, with a last timestep of -1, which is the last of the training.
  public static let trailingOverrun = Quirks(rawValue: 1 << 1)
  /// A term of the third-order SDE has the wrong sign, and the order is lost (DPM-Solver++).
  public static let thirdOrderSign = Quirks(rawValue: 1 << 2)
  /// Noise for training is added to the level of the timestep counted from the other end (DPM-Solver and its kin, before
  /// a run).
  public static let reversedTraining = Quirks(rawValue: 1 << 3)
  /// The velocity at a step of a run is that of the training timestep whose number is the step's (Euler).
  public static let velocityByStep = Quirks(rawValue: 1 << 4)
  /// Predicted velocities of several timesteps are mixed before they are converted to noise, all at one level (PNDM).
  public static let velocityMixing = Quirks(rawValue: 1 << 5)
  /// The noise that an interval adds is the difference of two nearly equal numbers in single precision (DDPM).
  public static let roundedBeta = Quirks(rawValue: 1 << 6)
  /// The integrals of the polynomials are differences of large numbers in single precision (DEIS).
  public static let roundedIntegrals = Quirks(rawValue: 1 << 7)
  /// Where a run begins without signal, the clean sample that the model predicts there counts for nothing (IPNDM).
  public static let lostFirstData = Quirks(rawValue: 1 << 8)
  /// Noise for the middle of an interval is added to the level of the interval's end (KDPM2).
  public static let middlesNoisedToEnds = Quirks(rawValue: 1 << 9)
  /// The logarithms of the signal-to-noise ratio are single-precision numbers, and so are their differences (DPM-Solver).
  public static let roundedLambda = Quirks(rawValue: 1 << 10)
  /// Where ancestral steps go, and the noise they add, are single-precision numbers (EulerAncestral,
  /// KDPM2Ancestral, LTXEulerAncestralRF).
  public static let roundedAncestral = Quirks(rawValue: 1 << 11)
  /// A run that begins in the middle weighs its first predictions as if those before them were there (LMS).
  public static let assumedHistory = Quirks(rawValue: 1 << 12)
  /// With churn, a predicted velocity is converted at the level before it, and not at the level that the sample then has
  /// (Euler).
  public static let velocityBeforeChurn = Quirks(rawValue: 1 << 13)
  /// A step is the derivative `(x − x₀)/σ` times the length of its interval, all in single precision: of a clean sample that
  /// is small beside the noise, few digits are left when both cancel (Euler, EulerAncestral, EDMEuler, Heun, FlowMatchHeun, LMS,
  /// KDPM2, KDPM2Ancestral).
  public static let roundedDerivative = Quirks(rawValue: 1 << 14)
  /// The levels that churn goes to, and the noise up to there, are single-precision numbers: of a little churn few digits are
  /// left (Euler, EDMEuler, FlowMatchHeun, KarrasVe).
  public static let roundedChurn = Quirks(rawValue: 1 << 15)
  /// How much noise a step keeps and how much it draws afresh are single-precision numbers: where little is kept it is mostly
  /// rounding, and the root of a negative number where the sample begins without signal (DDIM).
  public static let roundedDirection = Quirks(rawValue: 1 << 17)
  /// The first steps of an inversion with few steps, from a nearly clean sample, are the differences of large numbers in single
  /// precision (DPMSolverMultistepInverse).
  public static let roundedInversion = Quirks(rawValue: 1 << 18)
  /// With `solver_type` `bh1` a step to a clean sample is infinity times nothing, and the sample is not a number (UniPC).
  public static let lostLastStep = Quirks(rawValue: 1 << 16)
  /// Where a step is many times as long as the time before it, what is divided by that time is a single-precision number, and
  /// so is the amount of noise near the beginning (RFD4Proteina).
  public static let roundedScore = Quirks(rawValue: 1 << 41)
  /// The times and sigmas of the small steps of a policy are single-precision numbers, each made of the one before it
  /// (Piflow).
  public static let roundedSubsteps = Quirks(rawValue: 1 << 40)
}

extension Quirks {
  /// Whether the derivative is to be in single precision: where a step crosses from a large sigma, such as 4096 with zero
  /// terminal SNR, 20,000 with the squared cosine, and in few steps the 157 of the linear betas.
  func roundsDerivative(in plan: Plan) -> Bool {
    contains(.roundedDerivative) && plan.hasCancellation(beyond: 100)
  }

  /// What is done to clean samples that Heun's method makes slopes of.
  func refinement(ofSlopesIn plan: Plan) -> Refinement {
    contains(.roundedDerivative) && plan.hasSteepEnd ? .rounded : .none
  }
}

extension Quirks: CustomStringConvertible {
  /// Every quirk by its name.
  public static let named: [(name: String, quirk: Quirks)] = [
    ("fixedStride", .fixedStride), ("trailingOverrun", .trailingOverrun), ("thirdOrderSign", .thirdOrderSign),
    ("reversedTraining", .reversedTraining), ("velocityByStep", .velocityByStep),
    ("velocityMixing", .velocityMixing), ("roundedBeta", .roundedBeta), ("roundedIntegrals", .roundedIntegrals),
    ("lostFirstData", .lostFirstData), ("middlesNoisedToEnds", .middlesNoisedToEnds),
    ("roundedLambda", .roundedLambda), ("roundedAncestral", .roundedAncestral), ("assumedHistory", .assumedHistory),
    ("velocityBeforeChurn", .velocityBeforeChurn), ("roundedDerivative", .roundedDerivative),
    ("roundedChurn", .roundedChurn), ("roundedDirection", .roundedDirection), ("roundedInversion", .roundedInversion),
    ("shiftTwice", .shiftTwice),
    ("strengthKeepsNoise", .strengthKeepsNoise), ("squaredSigmas", .squaredSigmas),
    ("drawnTwice", .drawnTwice), ("mixedFrames", .mixedFrames),
    ("roundedScore", .roundedScore), ("lostLastStep", .lostLastStep), ("tokensBackwards", .tokensBackwards),
    ("sigmasAsRamp", .sigmasAsRamp), ("roundedSubsteps", .roundedSubsteps),
  ]

  /// The quirk of this name, or `nil` if there is none.
  public init?(named name: String) {
    guard let quirk = Self.named.first(where: { $0.name == name })?.quirk else { return nil }
    self = quirk
  }

  /// The names of the quirks that are on, separated by commas.
  public var description: String { Self.named.filter { contains($0.quirk) }.map(\.name).joined(separator: ", ") }
}
