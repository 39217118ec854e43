/// Where a run is on its timesteps, for the samplers whose runs are no sums and that are no ``Sampler``.
struct Walk: Sendable, Hashable, Codable {
  /// The timesteps to give the model, in order.
  let timesteps: [Double]
  /// The index of the next one; their number when the run has ended.
  private(set) var position = 0
  /// Whether a step has been made.
  private(set) var hasStarted = false

  init(_ timesteps: [Double]) { self.timesteps = timesteps }

  /// Reads a walk that was paused, which must be at one of its timesteps or at its end.
  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    timesteps = try container.decode([Double].self, forKey: .timesteps)
    position = try container.decode(Int.self, forKey: .position)
    hasStarted = try container.decode(Bool.self, forKey: .hasStarted)
    guard !timesteps.isEmpty, (0...timesteps.count).contains(position) else {
      throw DecodingError.dataCorruptedError(
        forKey: .position, in: container, debugDescription: "the position is not one of the run's")
    }
  }

  /// Whether every step has been made.
  var isFinished: Bool { position == timesteps.count }

  /// Begins at a later timestep.
  ///
  /// - Throws: ``SchedulerError`` with the code `order` once a step has been made, and when there is no such timestep.
  mutating func begin(at index: Int) throws(SchedulerError) {
    guard !hasStarted, timesteps.indices.contains(index) else {
      throw .order("the run cannot begin at \(index)", "begin a new run at one of its \(timesteps.count) timesteps")
    }
    position = index
  }

  /// Refuses a timestep that is not the next one, or not the one at `index`.
  func check(_ timestep: Double, at index: Int? = nil) throws(SchedulerError) {
    let index = index ?? position
    guard index < timesteps.count else {
      throw .order("all \(timesteps.count) steps have been made", "begin a new run")
    }
    guard timestep == timesteps[index] else {
      throw .order(
        "timestep \(timestep) is not the next one, \(timesteps[index])", "step through the timesteps in their order")
    }
  }

  /// Goes on from the timestep at `index`.
  mutating func advance(past index: Int) { (position, hasStarted) = (index + 1, true) }
}
