extension Tensor {
  /// The tokens that a mask says, and 0 for all others, as where some are only context or padding.
  ///
  /// - Parameter mask: Which tokens of each sample count; the second axis is that of tokens.
  /// - Throws: ``SchedulerError`` with the code `shape` when there is no such axis, or the mask is not one of it.
  public func emitting(_ mask: [[Bool]]) throws(SchedulerError) -> Tensor {
    guard shape.count > 1, mask.count == shape[0], mask.allSatisfy({ $0.count == shape[1] }) else {
      throw .shape("a mask of \(mask.map(\.count)) for samples of \(shape)", "say for every token of each sample")
    }
    let width = count / (shape[0] * shape[1])
    return Tensor(shape: shape) { out in
      for (token, isEmitted) in mask.joined().enumerated() {
        for j in token * width..<(token + 1) * width { out[j] = isEmitted ? elements[j] : 0 }
      }
    }
  }
}
