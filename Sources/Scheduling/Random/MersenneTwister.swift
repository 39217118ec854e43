/// The Mersenne Twister MT19937 (Matsumoto and Nishimura 1998) as torch seeds it: with the low 32 bits alone.
struct MersenneTwister: Sendable, Hashable {
  static let size = 624
  private static let middle = 397

  /// The words of the state.
  private(set) var state: [UInt32]
  /// The next word to give out; the size of the state when it has to be renewed first.
  private(set) var position = MersenneTwister.size

  /// The stream of a seed (`init_genrand` of the reference code).
  init(seed: UInt32) {
    state = [seed]
    state.reserveCapacity(Self.size)
    var last = seed
    for index in 1..<UInt32(Self.size) {
      last = 1_812_433_253 &* (last ^ last >> 30) &+ index
      state.append(last)
    }
  }

  /// The stream at a point that was reached before, or `nil` when it is none.
  init?(state: [UInt32], position: Int) {
    guard state.count == Self.size, (0...Self.size).contains(position) else { return nil }
    (self.state, self.position) = (state, position)
  }

  /// The next 32 bits.
  mutating func next() -> UInt32 {
    if position == Self.size { renew() }
    let word = state[position]
    position += 1
    return Self.tempered(word)
  }

  /// The next 64 bits, the higher half drawn first.
  mutating func next64() -> UInt64 {
    let high = UInt64(next())
    return high << 32 | UInt64(next())
  }

  /// Hands the next 32 bits to `write`, for every index from 0 to below `count`.
  mutating func draw(_ count: Int, _ write: (Int, UInt32) -> Void) {
    var drawn = 0
    while drawn < count {
      if position == Self.size { renew() }
      let (first, length) = (position, min(count - drawn, Self.size - position))
      state.withUnsafeBufferPointer { state in
        for offset in 0..<length { write(drawn + offset, Self.tempered(state[first + offset])) }
      }
      position += length
      drawn += length
    }
  }

  private static func tempered(_ word: UInt32) -> UInt32 {
    var y = word
    y ^= y >> 11
    y ^= y << 7 & 0x9D2C_5680
    y ^= y << 15 & 0xEFC6_0000
    return y ^ y >> 18
  }

  private static func twisted(_ upper: UInt32, _ lower: UInt32) -> UInt32 {
    (upper & 0x8000_0000 | lower & 0x7FFF_FFFF) >> 1 ^ (lower & 1 == 0 ? 0 : 0x9908_B0DF)
  }

  private mutating func renew() {
    state.withUnsafeMutableBufferPointer { state in
      let (size, middle) = (Self.size, Self.middle)
      for k in 0..<size - middle { state[k] = state[k + middle] ^ Self.twisted(state[k], state[k + 1]) }
      for k in size - middle..<size - 1 { state[k] = state[k + middle - size] ^ Self.twisted(state[k], state[k + 1]) }
      state[size - 1] = state[middle - 1] ^ Self.twisted(state[size - 1], state[0])
    }
    position = 0
  }
}

extension MersenneTwister: Codable {
  private enum CodingKeys: String, CodingKey { case state, position }

  /// Writes where the stream is.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(state, forKey: .state)
    try container.encode(position, forKey: .position)
  }

  /// Reads a stream that was written.
  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let engine = MersenneTwister(
      state: try container.decode([UInt32].self, forKey: .state),
      position: try container.decode(Int.self, forKey: .position))
    guard let engine else {
      throw DecodingError.dataCorruptedError(forKey: .state, in: container, debugDescription: "not a generator's state")
    }
    self = engine
  }
}
