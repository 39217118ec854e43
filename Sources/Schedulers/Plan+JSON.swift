public import PythonJSON
public import Scheduling

extension Plan {
  /// The plan for programs: what each evaluation of the model is given, and where the step leads.
  ///
  /// The members are `source` and `class` as given, `init_noise_sigma`, `sigmas`, and `stages`, each of which has
  /// `timestep`, `alpha` and `sigma` (the weights of signal and noise in the sample), `next_alpha`, `next_sigma` and
  /// `input_scale`.
  ///
  /// - Parameters:
  ///   - source: Where the configuration is from.
  ///   - className: The scheduler's class.
  public func json(source: String, className: String) -> JSONValue {
    let stages = stages.map { stage -> JSONValue in
      [
        "timestep": .double(stage.timestep), "alpha": .double(stage.level.alpha), "sigma": .double(stage.level.sigma),
        "next_alpha": .double(stage.end.alpha), "next_sigma": .double(stage.end.sigma),
        "input_scale": .double(stage.inputScale),
      ]
    }
    return [
      "source": .string(source), "class": .string(className), "init_noise_sigma": .double(initNoiseSigma),
      "stages": .array(stages), "sigmas": .array(sigmas.map { .double(Double($0)) }),
    ]
  }
}
