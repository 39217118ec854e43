internal import CCurl
import HubModel

/// The owner of one libcurl easy handle, with the lists and buffers that libcurl reads while it is in use.
struct CurlEasy: ~Copyable {
  let handle: UnsafeMutableRawPointer
  /// Where libcurl leaves a sentence about a failure.
  private let message: UnsafeMutablePointer<CChar>
  private var headers: UnsafeMutablePointer<curl_slist>?

  /// A handle with libcurl's defaults.
  static func make() throws(HubError) -> CurlEasy {
    let easy = CurlEasy(owning: try made(curl_easy_init()))
    try easy.set(CURLOPT_ERRORBUFFER, easy.message)
    return easy
  }

  private init(owning handle: UnsafeMutableRawPointer) {
    self.handle = handle
    message = .allocate(capacity: Int(CURL_ERROR_SIZE))
    message.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
  }

  deinit {
    curl_easy_cleanup(handle)
    curl_slist_free_all(headers)
    message.deallocate()
  }

  /// libcurl's sentence about the failure of this transfer, or nothing.
  borrowing func detail() -> String { String(cString: message) }

  borrowing func set(_ option: CURLoption, _ value: Int) throws(HubError) {
    try check(curl_set_long(handle, option, value))
  }

  borrowing func set(_ option: CURLoption, _ value: Bool) throws(HubError) { try set(option, value ? 1 : 0) }

  borrowing func set(_ option: CURLoption, _ value: String?) throws(HubError) {
    try check(curl_set_string(handle, option, value))
  }

  borrowing func set(_ option: CURLoption, _ value: UnsafeMutableRawPointer) throws(HubError) {
    try check(curl_set_pointer(handle, option, value))
  }

  borrowing func set(_ option: CURLoption, offset: Int64) throws(HubError) {
    try check(curl_set_offset(handle, option, curl_off_t(offset)))
  }

  borrowing func set(_ option: CURLoption, milliseconds: Double) throws(HubError) {
    try set(option, Int(min(max(milliseconds, 1), 1e9)))
  }

  mutating func set(headerLines lines: [String]) throws(HubError) {
    for line in lines {
      headers = try Self.made(curl_slist_append(headers, line))
    }
    try check(curl_set_list(handle, CURLOPT_HTTPHEADER, headers))
  }

  /// What a constructor of libcurl returned; it returns nothing only when memory has run out.
  private static func made<Pointer>(_ pointer: Pointer?) throws(HubError) -> Pointer {
    guard let pointer else { throw TransportFailure(CURLE_OUT_OF_MEMORY).error }
    return pointer
  }

  /// Throws what `code` stands for, unless it is success.
  borrowing func check(_ code: CURLcode) throws(HubError) {
    if code != CURLE_OK { throw TransportFailure(code).error }
  }
}
