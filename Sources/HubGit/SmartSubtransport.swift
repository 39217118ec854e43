internal import CGit2
import Foundation
import HubModel

/// One fetch, as the callbacks of libgit2 see it: all on one thread.
final class SmartConnection {
  private let server: any SmartExchange
  /// Why the server's side failed.
  private(set) var failure: HubError?

  init(_ server: some SmartExchange) { self.server = server }

  /// The answer to a request, or nothing after a failure, which is kept.
  fileprivate func answer(_ service: git_smart_service_t, _ request: [UInt8]) -> SmartAnswer? {
    do throws(HubError) {
      switch service {
      case GIT_SERVICE_UPLOADPACK_LS: return .bytes(try server.advertisement()[...])
      case GIT_SERVICE_UPLOADPACK: return try .file(server.uploadPack(request))
      default: throw HubError(.repository(reason: "libgit2 asked for another service than upload-pack"))
      }
    } catch {
      failure = error
      return nil
    }
  }
}

/// An answer while libgit2 reads it.
private enum SmartAnswer {
  case bytes(ArraySlice<UInt8>)
  case descriptor(Int32)

  /// Opens the file and takes away its name.
  static func file(_ path: String) throws(HubError) -> SmartAnswer {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw HubError(.system(call: "open", path: path, errno: errno)) }
    unlink(path)
    return .descriptor(descriptor)
  }

  /// Fills the front of `buffer`; answers the number of bytes, 0 at the end, or less if the file cannot be read.
  mutating func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    switch self {
    case .bytes(let rest):
      let part = rest.prefix(buffer.count)
      buffer.copyBytes(from: part)
      self = .bytes(rest.dropFirst(part.count))
      return part.count
    case .descriptor(let number):
      while true {
        let count = Foundation.read(number, buffer.baseAddress, buffer.count)
        if count >= 0 || errno != EINTR { return count }
      }
    }
  }

  func close() {
    if case .descriptor(let number) = self { Foundation.close(number) }
  }
}

/// A request and its answer: sent with the first read.
private final class SmartStream {
  private let connection: SmartConnection
  private let service: git_smart_service_t
  private var request: [UInt8] = []
  private var answer: SmartAnswer?

  init(_ connection: SmartConnection, _ service: git_smart_service_t) {
    (self.connection, self.service) = (connection, service)
  }

  deinit { answer?.close() }

  func write(_ bytes: UnsafeRawBufferPointer) { request += bytes }

  func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    if answer == nil { answer = connection.answer(service, request) }
    return answer?.read(into: buffer) ?? -1
  }
}

// MARK: What libgit2 calls

/// Memory for a structure of libgit2 that is followed by a reference to the object behind it: what a subtype is in C.
private enum Subtype {
  /// The structure with a retained reference to `object` behind it.
  static func make<Base>(_ base: Base, _ object: AnyObject) -> UnsafeMutablePointer<Base> {
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: MemoryLayout<Base>.stride + MemoryLayout<UnsafeMutableRawPointer>.stride, alignment: 16)
    memory.storeBytes(
      of: Unmanaged.passRetained(object).toOpaque(), toByteOffset: MemoryLayout<Base>.stride,
      as: UnsafeMutableRawPointer.self)
    return memory.initializeMemory(as: Base.self, repeating: base, count: 1)
  }

  static func object<Base, Object: AnyObject>(_ base: UnsafeMutablePointer<Base>, as type: Object.Type) -> Object {
    Unmanaged<Object>.fromOpaque(reference(base)).takeUnretainedValue()
  }

  static func free<Base>(_ base: UnsafeMutablePointer<Base>) {
    Unmanaged<AnyObject>.fromOpaque(reference(base)).release()
    UnsafeMutableRawPointer(base).deallocate()
  }

  private static func reference<Base>(_ base: UnsafeMutablePointer<Base>) -> UnsafeMutableRawPointer {
    UnsafeMutableRawPointer(base).load(
      fromByteOffset: MemoryLayout<Base>.stride, as: UnsafeMutableRawPointer.self)
  }
}

// The pointers that libgit2 hands over are those that it was given, and never null.

let makeSubtransport: git_smart_subtransport_cb = { made, _, parameter in
  let connection = Unmanaged<SmartConnection>.fromOpaque(parameter!).takeUnretainedValue()
  let base = git_smart_subtransport(action: makeStream, close: { _ in 0 }, free: { Subtype.free($0!) })
  made!.pointee = Subtype.make(base, connection)
  return 0
}

private let makeStream:
  @convention(c) (
    UnsafeMutablePointer<UnsafeMutablePointer<git_smart_subtransport_stream>?>?,
    UnsafeMutablePointer<git_smart_subtransport>?, UnsafePointer<CChar>?, git_smart_service_t
  ) -> CInt = { made, transport, _, service in
    let stream = SmartStream(Subtype.object(transport!, as: SmartConnection.self), service)
    let base = git_smart_subtransport_stream(
      subtransport: transport, read: readStream, write: writeStream, free: { Subtype.free($0!) })
    made!.pointee = Subtype.make(base, stream)
    return 0
  }

private let readStream:
  @convention(c) (
    UnsafeMutablePointer<git_smart_subtransport_stream>?, UnsafeMutablePointer<CChar>?, Int, UnsafeMutablePointer<Int>?
  ) -> CInt = { stream, buffer, capacity, count in
    let stream = Subtype.object(stream!, as: SmartStream.self)
    let read = stream.read(into: UnsafeMutableRawBufferPointer(start: buffer, count: capacity))
    count!.pointee = max(read, 0)
    return read < 0 ? GIT_EUSER.rawValue : 0
  }

private let writeStream:
  @convention(c) (UnsafeMutablePointer<git_smart_subtransport_stream>?, UnsafePointer<CChar>?, Int) -> CInt = {
    stream, bytes, count in
    Subtype.object(stream!, as: SmartStream.self).write(UnsafeRawBufferPointer(start: bytes, count: count))
    return 0
  }
