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
}
