import Foundation
import Schedulers
import Scheduling
import TestSupport
import Testing

/// The numbers of diffusers 0.21, where they are others.
@Suite struct Diffusers021Tests {
  static let classNames = [
    "DDIMInverseScheduler", "DDPMScheduler", "DPMSolverMultistepInverseScheduler", "DPMSolverMultistepScheduler",
    "DPMSolverSinglestepScheduler", "EulerDiscreteScheduler", "KDPM2AncestralDiscreteScheduler",
    "UniPCMultistepScheduler",
  ]

  @Test func `every class that has cases is compared`() throws {
    let folder = Layout.fixture("schedulers-0.21")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path(percentEncoded: false))
    #expect(files.sorted() == Self.classNames.map { "\($0).jsonl" })
  }

  @Test(arguments: classNames)
  func `runs end where those of diffusers 0.21 ended`(className: String) throws {
    for golden in try GoldenCase.all(of: className, kinds: "loop", isOld: true) { _ = try golden.deviationAtEnd() }
    for golden in try GoldenCase.all(of: className, kinds: "loop", "schedule", isOld: true) {
      let timesteps = try #require(golden.timesteps())
      let own = try golden.scheduler().sampler(golden.wholeRun).timesteps
      // Middles of intervals were found in single precision.
      #expect(own.count == timesteps.count && zip(own, timesteps).allSatisfy { abs($0 - $1) < 1e-3 }, "\(golden.id)")
    }
  }

  @Test func `nothing of it is on unless asked for, and what is given stays`() throws {
    #expect(Quirks.all.isDisjoint(with: .diffusers021))
    let solver = try DPMSolverSinglestepScheduler(config: ["final_sigmas_type": "zero"])
    let old = try solver.asOfDiffusers021()
    #expect(old.quirks == Quirks.all.union(.diffusers021))
    #expect(old.config["final_sigmas_type"] == "zero" && old.config["lower_order_final"] == true)
    #expect(try DDIMScheduler().asOfDiffusers021().config == DDIMScheduler().config)
  }

  @Test func `a scheduler of any class has the defaults of its own`() throws {
    let solver = try DPMSolverMultistepScheduler().asOfDiffusers021()
    for old in [
      try AnyScheduler(DPMSolverMultistepScheduler()).asOfDiffusers021(),
      try AnyScheduler.ofDiffusers021(config: DPMSolverMultistepScheduler().config),
    ] {
      #expect(old.config == solver.config && old.quirks == solver.quirks)
      #expect(try old.sampler(steps: 7).plan == solver.sampler(steps: 7).plan)
    }
  }
}
