/// An array of `Float` with a shape, in row-major (C) order.
///
/// A tensor is a value: copies share their storage until one of them is written to. The first axis is the batch, and a
/// *row* is one sample of it. A tensor always has at least one axis and one element, so no operation has to say what it
/// does with nothing.
public struct Tensor: Sendable, Hashable {
  /// The length of every axis, outermost first; no axis is empty.
  public private(set) var shape: [Int]
  /// The elements in row-major order, as many as the product of ``shape``.
  public private(set) var elements: [Float]

  /// A tensor of these elements.
  ///
  /// - Throws: ``SchedulerError`` with the code `shape` when the shape has no axis, an axis below 1, or room for another
  ///   number of elements.
  public init(_ elements: [Float], shape: [Int]) throws(SchedulerError) {
    guard try Self.count(of: shape) == elements.count else {
      throw .shape(
        "\(elements.count) elements do not fill the shape \(shape)", "pass as many as the shape has room for")
    }
    (self.elements, self.shape) = (elements, shape)
  }

  /// A tensor whose elements are all equal.
  ///
  /// - Throws: ``SchedulerError`` with the code `shape` when the shape has no axis or an axis below 1.
  public init(repeating value: Float, shape: [Int]) throws(SchedulerError) {
    self.init(trusted: Array(repeating: value, count: try Self.count(of: shape)), shape: shape)
  }

  /// For elements and shapes that are known to fit.
  init(trusted elements: [Float], shape: [Int]) {
    assert(elements.count == shape.reduce(1, *), "\(elements.count) elements do not fill the shape \(shape)")
    (self.elements, self.shape) = (elements, shape)
  }

  /// A tensor of this shape whose elements are written by `body`, all of them, before anything reads them.
  init(shape: [Int], writing body: (UnsafeMutablePointer<Float>) -> Void) {
    let count = shape.reduce(1, *)
    elements = Array(unsafeUninitializedCapacity: count) { buffer, initialized in
      // The shape has no empty axis, so the buffer has an address.
      body(buffer.baseAddress!)
      initialized = count
    }
    self.shape = shape
  }

  /// A tensor of this shape that is written before it is read.
  init(uninitialized shape: [Int]) { self.init(shape: shape) { _ in } }

  /// The number of elements of a shape, or why it is none.
  static func count(of shape: [Int]) throws(SchedulerError) -> Int {
    var count = 1
    for length in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: length)
      guard length > 0, !overflow, product <= Self.limit else {
        throw .shape("\(shape) is not the shape of a tensor", "give every axis a length of at least 1")
      }
      count = product
    }
    guard !shape.isEmpty else { throw .shape("a tensor has at least one axis", "use [1] for a single number") }
    return count
  }

  /// More elements than any sampler holds: 2⁴⁰, four tebibytes.
  private static let limit = 1 << 40
}

extension Tensor: ExpressibleByArrayLiteral {
  /// A tensor of one axis.
  public init(arrayLiteral elements: Float...) {
    precondition(!elements.isEmpty, "A tensor has at least one element.")
    self.init(trusted: elements, shape: [elements.count])
  }
}

extension Tensor {
  /// The number of elements.
  public var count: Int { elements.count }

  /// The number of samples: the length of the first axis.
  public var rowCount: Int { shape[0] }

  /// The number of elements of one sample.
  public var rowLength: Int { count / rowCount }

  /// The same elements under another shape; one axis may be -1 and takes what is left.
  ///
  /// - Throws: ``SchedulerError`` with the code `shape` when the elements do not fill the shape.
  public func reshaped(_ shape: [Int]) throws(SchedulerError) -> Tensor {
    var shape = shape
    if let open = shape.firstIndex(of: -1) {
      shape[open] = 1
      shape[open] = max(1, count / max(1, try Self.count(of: shape)))
    }
    return try Tensor(elements, shape: shape)
  }

  /// One sample, under a shape whose first axis has length 1.
  public func row(_ index: Int) -> Tensor {
    let start = index * rowLength
    return Tensor(trusted: Array(elements[start..<start + rowLength]), shape: [1] + shape.dropFirst())
  }

  /// The samples of several tensors, one after another.
  ///
  /// - Throws: ``SchedulerError`` with the code `shape` when there is none, or their samples differ in shape.
  public static func stack(_ tensors: [Tensor]) throws(SchedulerError) -> Tensor {
    guard let first = tensors.first else { throw .shape("nothing to stack", "pass at least one tensor") }
    for tensor in tensors where tensor.shape.dropFirst() != first.shape.dropFirst() {
      throw .shape("samples of shapes \(first.shape) and \(tensor.shape) do not stack", "make them alike")
    }
    let rows = tensors.reduce(0) { $0 + $1.rowCount }
    return Tensor(trusted: tensors.flatMap(\.elements), shape: [rows] + first.shape.dropFirst())
  }

  /// Some entries of the second axis of every sample: what a model that also predicts a variance says about
  /// the sample itself.
  ///
  /// - Throws: ``SchedulerError`` with the code `shape` when there is no second axis, or it is shorter.
  public func channels(_ range: Range<Int>) throws(SchedulerError) -> Tensor {
    guard shape.count > 1, range.lowerBound >= 0, range.upperBound <= shape[1], !range.isEmpty else {
      throw .shape("\(shape) has no channels \(range)", "check the model's number of output channels")
    }
    let channel = rowLength / shape[1]
    let elements = (0..<rowCount).flatMap { row in
      let start = row * rowLength
      return self.elements[start + range.lowerBound * channel..<start + range.upperBound * channel]
    }
    return Tensor(trusted: elements, shape: [rowCount, range.count] + shape.dropFirst(2))
  }

  /// Calls `body` with the address of the first element, which is valid during the call.
  func withUnsafePointer<Result>(_ body: (UnsafePointer<Float>) -> Result) -> Result {
    // A tensor has at least one element, so its buffer has an address.
    elements.withUnsafeBufferPointer { body($0.baseAddress!) }
  }

  /// Calls `body` with the address of the first element for writing; the storage becomes this value's own first.
  mutating func withUnsafeMutablePointer<Result>(_ body: (UnsafeMutablePointer<Float>) -> Result) -> Result {
    // A tensor has at least one element, so its buffer has an address.
    elements.withUnsafeMutableBufferPointer { body($0.baseAddress!) }
  }
}

extension Tensor {
  /// Every element multiplied by `scale`, rounded to `Float` first.
  public static func * (tensor: Tensor, scale: Double) -> Tensor {
    let scale = Float(scale)
    return Tensor(trusted: tensor.elements.map { $0 * scale }, shape: tensor.shape)
  }

  /// Every element multiplied by `scale`, rounded to `Float` first.
  public static func * (scale: Double, tensor: Tensor) -> Tensor { tensor * scale }

  /// Unit Gaussian noise.
  ///
  /// A shape without an axis, or with one below 1, is a programming mistake and traps.
  public static func randn(_ shape: [Int], using generator: inout some NoiseGenerator) -> Tensor {
    precondition(!shape.isEmpty && shape.allSatisfy { $0 > 0 }, "\(shape) is not the shape of a tensor.")
    return generator.randn(shape)
  }

  /// This tensor, when it has the shape `shape`.
  ///
  /// - Throws: ``SchedulerError`` with the code `shape`, naming the role of the tensor, when it has another. Nothing is
  ///   ever broadcast.
  func expecting(_ shape: [Int], as role: String) throws(SchedulerError) -> Tensor {
    guard self.shape == shape else {
      throw .shape("the \(role) has shape \(self.shape), not \(shape)", "pass tensors of one shape; none is broadcast")
    }
    return self
  }
}
