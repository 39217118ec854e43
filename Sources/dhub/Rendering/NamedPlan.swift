import HubModel
import PythonJSON
import Schedulers
import Scheduling

/// A plan, and whose it is.
struct NamedPlan: Sendable {
  let name: String
  let className: String
  let plan: Plan

  init(_ loaded: LoadedSource, _ sampler: Sampler) {
    (name, className, plan) = (loaded.name, loaded.scheduler.className, sampler.plan)
  }

  var json: JSONValue { plan.json(source: name, className: className) }

  var text: String {
    var table = Table([("STEP", .right), ("TIMESTEP", .right), ("ALPHA", .right), ("SIGMA", .right), ("NEXT", .right)])
    for (index, stage) in plan.stages.enumerated() {
      table.add([
        "\(index + 1)", decimal(stage.timestep, 3), decimal(stage.level.alpha, 6), decimal(stage.level.sigma, 6),
        decimal(stage.end.sigma, 6),
      ])
    }
    return "\(printable(name)): \(className), initial noise \(decimal(plan.initNoiseSigma, 6))\n" + table.text
  }
}
