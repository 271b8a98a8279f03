import CShims
import Glibc

/// What the process's environment asks for.
enum Environment {
  /// NO_COLOR, set to anything but nothing (no-color.org), or a terminal that cannot do colours.
  static var forbidsColor: Bool {
    !(value(of: "NO_COLOR") ?? "").isEmpty || value(of: "TERM") == "dumb"
  }

  /// Processors that this process may use, at least 1.
  static var processorCount: Int { Int(flowverdict_processor_count()) }

  private static func value(of name: String) -> String? {
    // Safe: the C string is copied before anything can change the environment; this process has one thread so far.
    guard let text = unsafe getenv(name) else { return nil }
    return unsafe String(cString: text)
  }
}
