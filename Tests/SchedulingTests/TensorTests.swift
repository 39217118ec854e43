import Testing

@testable import Scheduling

@Suite struct TensorTests {
  @Test(arguments: [[], [0], [2, 0], [-1, -1], [Int.max, 2], [3]])
  func `a shape without room for the elements is refused`(shape: [Int]) {
    let error = #expect(throws: SchedulerError.self) { try Tensor([1, 2], shape: shape) }
    #expect(error?.code == .shape)
  }

  @Test func `a mask keeps some tokens and makes others nothing`() throws {
    let x = try Tensor([1, 2, 3, 4, 5, .nan, 7, 8], shape: [2, 2, 2])
    #expect(try x.emitting([[true, false], [true, false]]).elements.prefix(4) == [1, 2, 0, 0])
    #expect(try x.emitting([[false, true], [false, true]]).elements == [0, 0, 3, 4, 0, 0, 7, 8])
    for mask in [[], [[true, true]], [[true, true], [true]], [[true], [true]]] as [[[Bool]]] {
      #expect(#expect(throws: SchedulerError.self) { try x.emitting(mask) }?.code == .shape)
    }
    #expect(throws: SchedulerError.self) { try ([1, 2] as Tensor).emitting([[true], [true]]) }
  }

  @Test func `copies are values`() throws {
    let original: Tensor = [1, 2, 3]
    var copy = original
    copy.withUnsafeMutablePointer { $0[0] = 9 }
    #expect(original.elements == [1, 2, 3])
    #expect(copy.elements == [9, 2, 3])
  }

  @Test(arguments: [([6], [6]), ([2, 3], [2, 3]), ([-1, 2], [3, 2]), ([1, 6, -1], [1, 6, 1])])
  func `one axis of a new shape may be left open`(request: [Int], shape: [Int]) throws {
    let tensor: Tensor = [0, 1, 2, 3, 4, 5]
    #expect(try tensor.reshaped(request).shape == shape)
    #expect(try tensor.reshaped(request).elements == tensor.elements)
  }

  @Test(arguments: [[5], [4, -1], [-1, -1], [0, -1]])
  func `a shape of another size is refused`(request: [Int]) {
    let tensor: Tensor = [0, 1, 2, 3, 4, 5]
    #expect(throws: SchedulerError.self) { try tensor.reshaped(request) }
  }

  @Test func `rows come apart and together`() throws {
    let tensor = try Tensor([0, 1, 2, 3, 4, 5], shape: [3, 2])
    #expect(tensor.row(1).elements == [2, 3])
    #expect(tensor.row(1).shape == [1, 2])
    #expect(try Tensor.stack((0..<3).map(tensor.row)) == tensor)
    #expect(throws: SchedulerError.self) { try Tensor.stack([tensor, [1, 2]]) }
    #expect(throws: SchedulerError.self) { try Tensor.stack([]) }
  }

  @Test func `channels are entries of the second axis`() throws {
    let tensor = try Tensor((0..<12).map(Float.init), shape: [2, 3, 2])
    #expect(try tensor.channels(1..<3).elements == [2, 3, 4, 5, 8, 9, 10, 11])
    #expect(try tensor.channels(1..<3).shape == [2, 2, 2])
    #expect(throws: SchedulerError.self) { try tensor.channels(2..<4) }
    #expect(throws: SchedulerError.self) { try ([1, 2] as Tensor).channels(0..<1) }
  }

  @Test func `an error says what is wrong and what to do`() {
    let error = #expect(throws: SchedulerError.self) { try Tensor([1, 2], shape: [3]) }
    #expect(
      error?.description
        == "shape: 2 elements do not fill the shape [3]; pass as many as the shape has room for")
  }
}
