/// What is done to a predicted clean sample before it is used.
public enum Refinement: Sendable, Hashable, Codable {
  /// Nothing.
  case none
  /// Nothing, but it is written down in single precision before noise is made of it, as `diffusers` does for DEIS
  /// and for Karras's networks.
  case written
  /// Nothing, but it is written down in single precision, every operation of it rounded; what is made of it is not.
  case rounded
  /// Every element is kept within ±bound.
  case clip(Double)
  /// Dynamic thresholding (Saharia et al. 2022, section 2.3): each sample is clipped to ±s and divided by s, where s is
  /// the quantile `ratio` of its magnitudes, between 1 and `maximum`.
  case threshold(ratio: Double, maximum: Double)

  /// Whether the clean sample is written with every operation rounded.
  var isRounded: Bool { self == .written || self == .rounded }

  /// Refines predictions, one row for each sample.
  func apply(to tensor: inout Tensor) {
    let (count, rowLength) = (tensor.count, tensor.rowLength)
    tensor.withUnsafeMutablePointer { apply(to: $0, count: count, rowLength: rowLength) }
  }

  /// Refines predictions in place, one row for each sample.
  func apply(to elements: UnsafeMutablePointer<Float>, count: Int, rowLength: Int) {
    switch self {
    case .none, .written, .rounded: break
    case .clip(let bound): clamp(elements, within: Float(bound), 0..<count)
    case .threshold(let ratio, let maximum):
      for row in 0..<count / rowLength {
        let elements = UnsafeMutableBufferPointer(start: elements + row * rowLength, count: rowLength)
        Self.threshold(elements, ratio: ratio, maximum: maximum)
      }
    }
  }

  /// Thresholds one sample in place.
  private static func threshold(_ row: UnsafeMutableBufferPointer<Float>, ratio: Double, maximum: Double) {
    let quantile = withUnsafeTemporaryAllocation(of: Float.self, capacity: row.count) { magnitudes in
      for j in row.indices { magnitudes[j] = abs(row[j]) }
      return Self.quantile(Float(ratio), of: magnitudes)
    }
    // What is not a number stays so, as every comparison with it is false.
    let atLeastOne = quantile < 1 ? 1 : quantile
    let s = atLeastOne > Float(maximum) ? Float(maximum) : atLeastOne
    for j in row.indices {
      let clipped = row[j] < -s ? -s : (row[j] > s ? s : row[j])
      row[j] = clipped / s
    }
  }

  /// The quantile as torch.quantile interpolates it: rank, weight and result in single precision. Reorders `values`.
  static func quantile(_ ratio: Float, of values: UnsafeMutableBufferPointer<Float>) -> Float {
    guard !values.contains(where: \.isNaN) else { return .nan }
    let rank = ratio * Float(values.count - 1)
    let below = Int(rank)
    let weight = rank - Float(below)
    let low = select(below, from: values)
    guard weight > 0 else { return low }
    // After the selection everything behind `below` is at least as large as it.
    let high = values[(below + 1)...].reduce(.infinity, min)
    return weight < 0.5
      ? low.addingProduct(weight, high - low) : high.addingProduct(-(1 - weight), high - low)
  }

  /// The element that would be at `rank` if the values were sorted, with no larger one before it and no smaller one
  /// behind it (Hoare's selection).
  private static func select(_ rank: Int, from values: UnsafeMutableBufferPointer<Float>) -> Float {
    var (first, last) = (0, values.count - 1)
    while first < last {
      let pivot = values[(first + last) / 2]
      var (i, j) = (first, last)
      while i <= j {
        while values[i] < pivot { i += 1 }
        while values[j] > pivot { j -= 1 }
        if i <= j {
          values.swapAt(i, j)
          i += 1
          j -= 1
        }
      }
      if rank <= j { last = j } else if rank >= i { first = i } else { break }
    }
    return values[rank]
  }
}
