/// Copies of strings that C code may point to as long as this object lives.
final class CStrings {
  let pointers: [UnsafeMutablePointer<CChar>]

  init(_ strings: [String]) {
    pointers = strings.map { string in
      let bytes = string.utf8CString
      let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
      _ = UnsafeMutableBufferPointer(start: copy, count: bytes.count).initialize(from: bytes)
      return copy
    }
  }

  deinit { for pointer in pointers { pointer.deallocate() } }
}
