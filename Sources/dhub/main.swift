import Foundation

// Everything else is in files of its own: a closure formed at top level here would be bound to the main thread.
exit(await Program(CommandLine.arguments.dropFirst()).run())
