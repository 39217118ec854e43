import Foundation
import HubModel

/// A file descriptor with one owner, out of the way of the numbers that programs have theirs as.
struct Descriptor: ~Copyable {
  let number: Int32

  /// Takes over `number`.
  ///
  /// - Throws: `system` if there are too many open files.
  init(owning number: Int32) throws(HubError) {
    let moved = fcntl(number, F_DUPFD_CLOEXEC, 16)
    let failure = errno
    close(number)
    guard moved >= 0 else { throw HubError(.system(call: "fcntl", path: "a file descriptor", errno: failure)) }
    self.number = moved
  }

  deinit { close(number) }

  /// Gives the descriptor to somebody else.
  consuming func released() -> Int32 {
    let number = number
    discard self
    return number
  }
}

/// The two ends of a pipe.
struct Pipe: ~Copyable {
  var reading: Descriptor
  var writing: Descriptor

  init(reading: consuming Descriptor, writing: consuming Descriptor) {
    self.reading = reading
    self.writing = writing
  }

  /// A new pipe.
  ///
  /// - Throws: `system` if there are too many open files.
  static func make() throws(HubError) -> Pipe {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw HubError(.system(call: "pipe", path: "a program", errno: errno)) }
    let reading: Descriptor
    do throws(HubError) {
      reading = try Descriptor(owning: ends[0])
    } catch {
      close(ends[1])
      throw error
    }
    return Pipe(reading: reading, writing: try Descriptor(owning: ends[1]))
  }
}
