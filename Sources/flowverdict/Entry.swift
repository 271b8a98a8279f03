import ArgumentParser
import Glibc

/// Runs the command line and ends the process with the exit codes of ``Exit``.
@main
enum Main {
  static func main() {
    ignoreSignalsOfWrites()
    Interruption.endAtSignals()
    do {
      var command = try FlowVerdict.parseAsRoot(
        PathArguments.expanded(
          FilterArguments.expanded(Array(CommandLine.arguments.dropFirst())),
          isFolder: InputText.isFolder))
      try command.run()
    } catch {
      finish(with: error)
    }
  }

  /// Help and the version go to standard output; every other message to standard error.
  private static func finish(with error: any Error) -> Never {
    if let code = error as? ExitCode { exit(code.rawValue) }
    let code = FlowVerdict.exitCode(for: error)
    if let failure = error as? CommandFailure {
      for line in "flowverdict: \(failure.message)".split(separator: "\n") {
        StandardError.line(String(line))
      }
      exit(failure.code)
    }
    let message = FlowVerdict.fullMessage(for: error)
    if code.isSuccess {
      try? OutputFile.standardOutput().write(Array(message.utf8) + [UInt8(ascii: "\n")])
      exit(Exit.success)
    }
    if !message.isEmpty { StandardError.write(message + "\n") }
    exit(code == .validationFailure ? Exit.failure : code.rawValue)
  }
}

/// The exit codes, the same for every command and every output form.
enum Exit {
  static let success: Int32 = 0
  /// What `--fail-on` names was found, or a checked connection differs.
  static let found: Int32 = 1
  /// Wrong input or usage, or a result that is not complete.
  static let failure: Int32 = 2
  /// SIGINT, SIGTERM or SIGHUP.
  static let interrupted: Int32 = 130
}

/// Ends the process with a message on standard error.
struct CommandFailure: Error {
  var message: String
  var code: Int32 = Exit.failure

  init(_ message: String) { self.message = message }
}
