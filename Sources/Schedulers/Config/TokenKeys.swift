import Scheduling

extension ConfigReader {
  /// The number of steps of a run that does not say another.
  mutating func inferenceSteps() throws(SchedulerError) -> Int {
    try integer("num_inference_steps", default: 32, in: 0...Self.mostTrainingSteps)
  }
}
