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

  /// The width of the terminal at stderr, in columns.
  static var errorWidth: Int {
    var size = winsize()
    return ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
  }
}
