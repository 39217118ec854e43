import PythonJSON
import Schedulers
import Scheduling
import Testing

/// Every kind of bad input, with every class that it can be given to.
@Suite struct BadInputTests {
  static let classNames = SchedulerRegistry.classes.map { $0.className }

  /// The error that `body` throws.
  static func refusal(_ body: () throws -> Void) -> SchedulerError? {
    #expect(throws: SchedulerError.self) { try body() }
  }

  static func defaults(of className: String) throws -> (type: any Scheduler.Type, config: SchedulerConfig) {
    let type = try #require(SchedulerRegistry.scheduler(named: className))
    return (type, try type.init(config: type.requirements).config)
  }

  // MARK: Configurations

  @Test(arguments: classNames)
  func `a value of the wrong kind is refused, whatever its key`(className: String) throws {
    let (type, config) = try Self.defaults(of: className)
    for key in config.keys {
      let wrong = type.requirements.merging([key: ["not": "a value"]])
      let error = Self.refusal { _ = try type.init(config: wrong) }
      #expect(error?.code == .configuration && error?.description.contains(key) == true, "\(key)")
    }
  }

  @Test(arguments: classNames)
  func `an unknown prediction type is refused with those that there are`(className: String) throws {
    let (type, config) = try Self.defaults(of: className)
    guard config["prediction_type"] != nil else { return }
    let error = Self.refusal { _ = try type.init(config: type.requirements.merging(["prediction_type": "noise"])) }
    #expect(error?.code == .configuration)
    let isOne = error?.description.contains("prediction_type is \"noise\", not \"") == true
    #expect(isOne || error?.description.contains("prediction_type is \"noise\", not one of \"") == true)
  }

  @Test(arguments: classNames)
  func `two sigma schedules at once are refused`(className: String) throws {
    let (type, config) = try Self.defaults(of: className)
    let keys = ["use_karras_sigmas", "use_exponential_sigmas", "use_beta_sigmas"].filter { config[$0] != nil }
    for (index, first) in keys.enumerated() {
      for second in keys[(index + 1)...] {
        let error = Self.refusal { _ = try type.init(config: [first: true, second: true]) }
        #expect(error?.code == .configuration)
        #expect(error?.description.contains("\(first) and \(second)") == true)
      }
    }
  }

  @Test(arguments: classNames)
  func `numbers of a training that are none are refused`(className: String) throws {
    let (type, config) = try Self.defaults(of: className)
    guard config["trained_betas"] != nil else { return }
    for betas in [[0.1, .double(.nan)], [0.1, 1.5], [-0.1, 0.2], [0.1, nil]] as [[JSONValue]] {
      let error = Self.refusal {
        _ = try type.init(config: ["num_train_timesteps": 2, "trained_betas": .array(betas)])
      }
      #expect(error?.code == .configuration && error?.description.contains("trained_betas") == true, "\(betas)")
    }
  }

  // MARK: Runs

  @Test(arguments: classNames)
  func `more steps than the training has are refused, or make a run as in diffusers`(className: String) throws {
    let (type, config) = try Self.defaults(of: className)
    guard let training = config["num_train_timesteps"]?.integer else { return }
    let scheduler = try type.init(config: type.requirements)
    switch Result(catching: { try scheduler.sampler(steps: training + 1) }) {
    case .failure(let error):
      let error = try #require(error as? SchedulerError)
      #expect(error.code == .argument && error.description.contains("\(training + 1)"))
    case .success(let sampler):
      // Those that leave out what they have twice make as many as there are timesteps, or one less.
      #expect(sampler.timesteps.count >= training - 1 && sampler.timesteps.allSatisfy(\.isFinite))
    }
  }

  // MARK: Steps

  @Test(arguments: classNames)
  func `tensors of other shapes are refused and change nothing`(className: String) throws {
    let (type, _) = try Self.defaults(of: className)
    // Those without such runs have samplers of their own.
    guard let fresh = try? type.init(config: type.requirements).sampler(steps: 5) else { return }
    let (t, x) = (fresh.timesteps[0], try Formula.sample([2, 3, 4, 4]))
    let noise = try Formula.noise([2, 3, 4, 4])
    for shape in [[1, 3, 4, 4], [2, 3, 4], [2, 3, 4, 5], [96]] {
      let other = try Formula.sample(shape)
      var run = fresh
      #expect(Self.refusal { _ = try run.step(other, t, x, noise: noise) }?.code == .shape, "an output of \(shape)")
      var advanced = x
      #expect(Self.refusal { try run.advance(&advanced, by: other, at: t, noise: noise) }?.code == .shape)
      #expect(advanced == x)
      #expect(Self.refusal { _ = try run.addNoise(x, other, [t]) }?.code == .shape)
      if try fresh.drawsNoise(at: t) {
        #expect(Self.refusal { _ = try run.step(x, t, x, noise: other) }?.code == .shape, "noise of \(shape)")
        #expect(Self.refusal { _ = try run.step(x, t, x) }?.code == .noise)
      }
      #expect(run.position == 0)
    }
  }

  @Test func `a tensor without elements is none`() {
    for shape in [[], [0], [1, 4, 0, 64], [2, -3]] {
      #expect(Self.refusal { _ = try Tensor([], shape: shape) }?.code == .shape, "\(shape)")
    }
  }

  @Test(arguments: ["epsilon", "sample", "v_prediction"])
  func `a clean sample that is infinite is clipped`(prediction: String) throws {
    let scheduler = try DDPMScheduler(config: ["prediction_type": .string(prediction)])
    var sampler = try scheduler.sampler(steps: 10)
    let (x, noise) = (try Formula.sample([1, 4]), try Formula.noise([1, 4]))
    let output = try Tensor([.infinity, 0, -.infinity, 0], shape: [1, 4])
    let next = try sampler.step(output, sampler.timesteps[0], x, noise: noise).prevSample
    let areNumbers = next.elements.allSatisfy(\.isFinite)
    #expect(areNumbers)
  }
}

extension Sampler {
  /// Whether the step at a timestep wants noise.
  fileprivate func drawsNoise(at timestep: Double) throws -> Bool {
    var run = self
    let x = try Formula.sample([1, 1, 2, 2])
    do throws(SchedulerError) {
      _ = try run.step(x, timestep, x)
      return false
    } catch {
      return error.code == .noise
    }
  }
}
