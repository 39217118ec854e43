/// One way to get an answer wrong.
public indirect enum Fault: Sendable {
  /// Several faults in one answer, applied in this order.
  case all([Fault])

  // MARK: The connection

  /// The connection is closed before a byte of the answer.
  case close
  /// The connection is reset before a byte of the answer.
  case reset
  /// The connection ends after so many bytes of the body, in order or by a reset.
  case drop(after: Int64, reset: Bool = false)
  /// Nothing is sent, and the connection stays open.
  case silent
  /// Nothing more is sent after so many bytes of the body, and the connection stays open.
  case stall(after: Int64)
  /// The body comes a byte at a time, so many a second.
  case drip(perSecond: Double)
  /// The head comes a byte at a time, so many a second.
  case slowHead(perSecond: Double)
  /// The answer begins so many seconds late.
  case delay(Double)

  // MARK: The length

  /// The announced length differs from the body's by so many bytes.
  case lengthOff(by: Int64)
  /// The announced length is this text.
  case lengthText(String)
  /// Two lengths are announced: the right one, then one more.
  case twoLengths(by: Int64)
  /// No length is announced; the end of the connection ends the body.
  case noLength
  /// The body comes in chunks.
  case chunked(Chunks)
  /// A length and chunks are announced both, the length too small by half; the chunks are right.
  case lengthAndChunks
  /// So many bytes follow the body.
  case extraBytes(Int)
  /// The body goes on for ever.
  case endless

  /// Ways to frame chunks.
  public enum Chunks: String, Sendable, CaseIterable {
    /// As RFC 9112 has it; the connection ends without the last chunk; a size that is no number; a size beyond 64 bits;
    /// a negative size; no line break after a chunk; no last chunk and the connection open.
    case valid, cut, badSize, hugeSize, negativeSize, noLineBreak, noEnd
  }

  // MARK: The body

  /// One bit of the byte at this offset is flipped.
  case corrupt(at: Int)
  /// Another body, announced with its own length.
  case replaced([UInt8])
  /// The body lacks so many bytes at its end; the announced length agrees.
  case truncated(by: Int64)
  /// The body has so many bytes more; the announced length agrees.
  case lengthened(by: Int)
  /// The body is this, announced as being encoded.
  case encoded(as: String, [UInt8])

  // MARK: Ranges

  /// A range is answered with 200 and everything.
  case ignoredRange
  /// A range is answered with bytes from elsewhere under the header that was asked for.
  case lyingRange(by: Int64)
  /// A range is answered with another range, and says so.
  case otherRange(by: Int64)
  /// A range is answered with 206 and everything, and says so.
  case wholeAs206
  /// A range is answered with 206 and so many bytes less, and says so.
  case shortRange(by: Int64)
  /// 416.
  case unsatisfied
  /// 206 without Content-Range.
  case rangeWithoutHeader
  /// 206 with another total.
  case rangeTotalOff(by: Int64)
  /// 206 as `multipart/byteranges`.
  case multipartRange

  // MARK: The head

  /// So many header fields.
  case manyHeaders(Int)
  /// A header field of so many bytes.
  case longHeader(Int)
  /// A NUL in a header field.
  case nulInHeader
  /// Another status line.
  case statusLine(String)
  /// Other bytes in place of an answer, then the end of the connection.
  case junk([UInt8])
  /// So many `100 Continue` before the answer.
  case interim(Int)

  // MARK: The answer

  /// Another answer altogether.
  case answer(Answer)
  /// 401, with the request's `Authorization` repeated in the message.
  case authorizationEcho
}
