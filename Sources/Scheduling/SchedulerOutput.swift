/// What a step returns.
public struct SchedulerOutput: Sendable {
  /// The sample at the next, less noisy level.
  public let prevSample: Tensor
  private let original: Original

  /// The clean sample, computed when somebody asks.
  private enum Original {
    case known(Tensor?)
    case pending(weights: Weights, refinement: Refinement, sample: Tensor, output: Tensor, noise: Tensor?)
    indirect case rows([SchedulerOutput])
  }

  /// A step's result.
  public init(prevSample: Tensor, predOriginalSample: Tensor? = nil) {
    (self.prevSample, self.original) = (prevSample, .known(predOriginalSample))
  }

  /// The results of the steps of single samples, at least one, as that of a batch.
  init(rows: [SchedulerOutput]) throws(SchedulerError) {
    (prevSample, original) = (try Tensor.stack(rows.map(\.prevSample)), .rows(rows))
  }

  init(
    prevSample: Tensor, data weights: Weights, refinement: Refinement, sample: Tensor, output: Tensor, noise: Tensor?
  ) {
    self.prevSample = prevSample
    original = .pending(weights: weights, refinement: refinement, sample: sample, output: output, noise: noise)
  }

  /// The clean sample as this step predicted it, clipped or thresholded where the scheduler does so: a preview of the
  /// result, or what guidance starts from. `nil` for methods that predict none. Computed at every access.
  public var predOriginalSample: Tensor? {
    switch original {
    case .known(let tensor): return tensor
    case .rows(let rows):
      let data = rows.compactMap(\.predOriginalSample)
      // Where one sample has none there is none of the batch; those that there are have the samples' shape.
      return data.count == rows.count ? try? Tensor.stack(data) : nil
    case .pending(let weights, let refinement, let sample, let output, let noise):
      var data = Tensor(shape: sample.shape) { out in
        sample.withUnsafePointer { x in
          output.withUnsafePointer { y in
            (noise ?? sample).withUnsafePointer { z in
              let terms = [(weights[.sample], x), (weights[.output], y)]
              combine(noise == nil ? terms : terms + [(weights[.noise], z)], into: out, 0..<sample.count)
            }
          }
        }
      }
      refinement.apply(to: &data)
      return data
    }
  }
}
