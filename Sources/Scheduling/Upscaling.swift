/// How a tensor is made larger or smaller along its axes behind the channels, by the names of torch's `interpolate`.
public enum Upscaling: String, Sendable, Hashable, Codable, CaseIterable {
  /// The element below, for any number of axes.
  case nearest
  /// Between two elements, for one axis.
  case linear
  /// Between two elements along each of two axes.
  case bilinear
  /// Cubic convolution (Keys 1981) with `a = −¾` along each of two axes.
  case bicubic
  /// Between two elements along each of three axes.
  case trilinear
  /// The mean of the elements that an element covers, for any number of axes.
  case area
  /// The element whose middle is nearest, for any number of axes.
  case nearestExact = "nearest-exact"

  /// The number of axes that it is for; `nil` for any from one to three.
  public var axisCount: Int? {
    switch self {
    case .linear: 1
    case .bilinear, .bicubic: 2
    case .trilinear: 3
    case .nearest, .area, .nearestExact: nil
    }
  }

  /// An element that an element of the result is made of, and its weight.
  struct Tap {
    var index: Int
    var weight: Double
  }

  /// What each of `end` elements is made of, of `start` there are. Positions and weights are in single precision, as torch
  /// has them.
  func taps(from start: Int, to end: Int) -> [[Tap]] {
    let scale = Float(start) / Float(end)
    return (0..<end).map { i in
      switch self {
      case .nearest: [Tap(index: min(Int(Float(i) * scale), start - 1), weight: 1)]
      case .nearestExact: [Tap(index: min(Int((Float(i) + 0.5) * scale), start - 1), weight: 1)]
      case .area: Self.covered(i, from: start, to: end)
      case .linear, .bilinear, .trilinear: Self.linear(at: max(0, scale * (Float(i) + 0.5) - 0.5), of: start)
      case .bicubic: Self.cubic(at: scale * (Float(i) + 0.5) - 0.5, of: start)
      }
    }
  }

  private static func covered(_ i: Int, from start: Int, to end: Int) -> [Tap] {
    let covered = i * start / end..<((i + 1) * start + end - 1) / end
    return covered.map { Tap(index: $0, weight: 1 / Double(covered.count)) }
  }

  private static func linear(at position: Float, of count: Int) -> [Tap] {
    let below = min(Int(position), count - 1)
    let share = position - Float(below)
    return [
      Tap(index: below, weight: Double(1 - share)), Tap(index: min(below + 1, count - 1), weight: Double(share)),
    ]
  }

  private static func cubic(at position: Float, of count: Int) -> [Tap] {
    let below = min(Int(position.rounded(.down)), count - 1)
    let share = min(max(position - Float(below), 0), 1)
    return (-1...2).map { offset in
      Tap(
        index: min(max(below + offset, 0), count - 1), weight: Double(kernel(abs(share - Float(offset)))))
    }
  }

  /// The kernel of cubic convolution at a distance.
  private static func kernel(_ x: Float) -> Float {
    let a: Float = -0.75
    if x <= 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
    return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0
  }
}

extension Tensor {
  /// The tensor with other lengths of its axes behind the second.
  ///
  /// - Throws: ``SchedulerError`` with the code `shape` when there are not as many axes, or the method is not for so many, or
  ///   a length is none.
  func resized(to size: [Int], by method: Upscaling) throws(SchedulerError) -> Tensor {
    guard shape.count == size.count + 2, (1...3).contains(size.count), method.axisCount ?? size.count == size.count
    else {
      throw .shape(
        "samples of \(shape) are not resized by \(method.rawValue)", "use an upscale_mode for \(shape.count - 2) axes")
    }
    _ = try Self.count(of: Array(shape.prefix(2)) + size)
    var (values, lengths) = (elements.map(Double.init), shape)
    for (axis, length) in size.enumerated() {
      let (outer, inner) = (lengths[..<(axis + 2)].reduce(1, *), lengths[(axis + 3)...].reduce(1, *))
      values = Self.resampled(
        values, outer, lengths[axis + 2], inner, method.taps(from: lengths[axis + 2], to: length))
      lengths[axis + 2] = length
    }
    return Tensor(trusted: values.map { Float($0) }, shape: lengths)
  }

  /// One axis made anew of others' elements.
  private static func resampled(
    _ values: [Double], _ outer: Int, _ length: Int, _ inner: Int, _ taps: [[Upscaling.Tap]]
  ) -> [Double] {
    var result: [Double] = []
    result.reserveCapacity(outer * taps.count * inner)
    for row in 0..<outer {
      for taps in taps {
        for column in 0..<inner {
          result.append(
            taps.reduce(0) { $0 + $1.weight * values[(row * length + $1.index) * inner + column] })
        }
      }
    }
    return result
  }
}
