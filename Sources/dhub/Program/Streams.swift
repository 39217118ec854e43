import Foundation

/// The state of a process that every program of ours wants at its start.
enum Streams {
  /// Gives descriptors 0 to 2 a meaning, and makes writing to a closed pipe or beyond a limit an error of the call.
  static func prepare() {
    // A closed stream's number would go to the next file that is opened, and a message into that file.
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
      // For reading, so that what is written there fails as it should.
      _ = open("/dev/null", O_RDONLY)
    }
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
  }

  /// Whether stderr is a terminal that understands cursor movements.
  static var errorIsTerminal: Bool {
    isatty(STDERR_FILENO) != 0 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
  }

  /// Whether somebody can be asked.
  static var inputIsTerminal: Bool { isatty(STDIN_FILENO) != 0 }

  /// Runs `work` while the terminal at stdin does not show what is typed.
  static func withoutEcho<Value>(_ work: () throws -> Value) rethrows -> Value {
    var state = termios()
    guard tcgetattr(STDIN_FILENO, &state) == 0 else { return try work() }
    var silent = state
    silent.c_lflag &= ~tcflag_t(ECHO)
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
    defer { tcsetattr(STDIN_FILENO, TCSAFLUSH, &state) }
    return try work()
  }

  /// The next byte of stdin, `nil` at its end.
  ///
  /// - Throws: `CancellationError` if the task is cancelled meanwhile: a signal does not end a wait of this thread.
  static func nextInputByte() throws -> UInt8? {
    var ready = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
    while poll(&ready, 1, 100) <= 0 { try Task.checkCancellation() }
    var byte: UInt8 = 0
    return read(STDIN_FILENO, &byte, 1) == 1 ? byte : nil
  }

  /// The width of the terminal at stderr, in columns.
  static var errorWidth: Int {
    var size = winsize()
    return ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
  }
}
