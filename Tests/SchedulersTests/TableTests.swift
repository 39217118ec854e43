import PythonJSON
import Scheduling
import Testing

@testable import Schedulers

@Suite struct TableTests {
  @Test func `tables are equal to torch's, bit for bit`() throws {
    for golden in try GoldenCase.all(of: "DDIMScheduler", kinds: "tables") {
      var keys = ConfigReader(SchedulerConfig(golden.json["config"]?.object ?? [:]))
      let schedule = try TrainingNoise(&keys, rescaling: .exact).schedule
      #expect(schedule.betas == golden.floats("betas"), "\(golden.id)")
      #expect(schedule.cumulativeAlphas == golden.floats("alphas_cumprod"), "\(golden.id)")
    }
  }

  @Test(arguments: ["CogVideoXDDIMScheduler", "CogVideoXDPMScheduler"])
  func `shifted tables are torch's, those in double precision rounded`(className: String) throws {
    for golden in try GoldenCase.all(of: className, kinds: "tables") {
      var keys = ConfigReader(SchedulerConfig(golden.json["config"]?.object ?? [:]))
      let schedule = try CogVideoXModel(&keys).training.schedule
      let tolerance = golden.tolerance("alphas_cumprod_rel_of_max")
      #expect(deviation(schedule.betas, try #require(golden.floats("betas"))) <= tolerance, "\(golden.id)")
      #expect(schedule.cumulativeAlphas == golden.floats("alphas_cumprod"), "\(golden.id)")
    }
  }

  @Test func `the training's sigmas of the score SDE are torch's`() throws {
    let golden = try #require(try GoldenCase.all(of: "ScoreSdeVeScheduler", kinds: "tables").first)
    let (scheduler, sigmas) = (try golden.scheduler(), try #require(golden.floats("discrete_sigmas")))
    let own = try sigmas.indices.map { Float(try scheduler.level(at: Double($0)).sigma) }
    #expect(deviation(own, sigmas) <= golden.tolerance("discrete_sigmas_rel_of_max"))
    #expect(throws: SchedulerError.self) { try scheduler.level(at: Double(sigmas.count)) }
  }
}
