/// NumPy's way from a seed to the states of many independent generators (`numpy.random.SeedSequence`; O'Neill 2015,
/// "Developing a seed_seq alternative").
struct SeedSequence: Sendable, Hashable {
  private var pool: [UInt32]
  private static let (mixLeft, mixRight): (UInt32, UInt32) = (0xCA01_F9DD, 0x4973_F715)

  /// The sequence of a seed.
  ///
  /// - Parameters:
  ///   - entropy: The seed.
  ///   - key: Which of the sequences that the seed spawns; none for the first.
  ///   - poolSize: The number of words that are mixed.
  init(_ entropy: UInt64, spawning key: [UInt64] = [], poolSize: Int = 4) {
    var words = Self.words(entropy)
    let spawned = key.flatMap(Self.words)
    // Zeros keep a spawn key from being read as a part of the seed.
    if !spawned.isEmpty { words += Array(repeating: 0, count: max(0, poolSize - words.count)) }
    words += spawned
    var hash = Hash(constant: 0x43B0_D7E5, factor: 0x931E_8875)
    pool = (0..<poolSize).map { hash.mix($0 < words.count ? words[$0] : 0) }
    for source in 0..<poolSize {
      for target in 0..<poolSize where source != target { combine(target, hash.mix(pool[source])) }
    }
    for word in words.dropFirst(poolSize) {
      for target in 0..<poolSize { combine(target, hash.mix(word)) }
    }
  }

  /// The first words of a state.
  func state(_ count: Int) -> [UInt32] {
    var hash = Hash(constant: 0x8B51_F9DD, factor: 0x58F3_8DED)
    return (0..<count).map { hash.mix(pool[$0 % pool.count]) }
  }

  private mutating func combine(_ target: Int, _ word: UInt32) {
    let mixed = Self.mixLeft &* pool[target] &- Self.mixRight &* word
    pool[target] = mixed ^ mixed >> 16
  }

  private static func words(_ number: UInt64) -> [UInt32] {
    let (low, high) = (UInt32(truncatingIfNeeded: number), UInt32(truncatingIfNeeded: number >> 32))
    return high == 0 ? [low] : [low, high]
  }

  /// A hash whose constant changes with every word.
  private struct Hash {
    var constant: UInt32
    let factor: UInt32

    mutating func mix(_ word: UInt32) -> UInt32 {
      var value = word ^ constant
      constant &*= factor
      value &*= constant
      return value ^ value >> 16
    }
  }
}
