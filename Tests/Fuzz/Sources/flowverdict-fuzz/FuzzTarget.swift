import Glibc

/// A part of the product that reads bytes of others, and what must hold of it whatever the bytes are.
protocol FuzzTarget: Sendable {
  /// What `Scripts/fuzz` calls it; also the name of its folder in `corpus`.
  static var name: String { get }

  init()

  /// Reads an input and checks what must hold; ends the process where it does not.
  ///
  /// - Returns: whether the input is one of this target's, so that libFuzzer may keep it.
  func run(_ input: [UInt8]) -> Bool

  /// Mends what mutations break and no reader goes on behind, such as lengths that are stored twice.
  ///
  /// - Parameters:
  ///   - bytes: room for more than `count` bytes, the mutated input first.
  ///   - seed: chooses what is mended; the same seed does the same.
  /// - Returns: how many bytes the input now has.
  func repair(
    _ bytes: UnsafeMutableBufferPointer<UInt8>, count: Int, seed: UInt32
  ) -> Int

  /// Inputs to begin with.
  static func seeds() -> [[UInt8]]
}

extension FuzzTarget {
  func repair(
    _ bytes: UnsafeMutableBufferPointer<UInt8>, count: Int, seed: UInt32
  ) -> Int { count }
}

/// All targets.
enum FuzzTargets {
  static let all: [any FuzzTarget.Type] = [
    PcapTarget.self, PcapngTarget.self, DecodeTarget.self, FlowsTarget.self, JSONTarget.self,
    YAMLTarget.self, TableTarget.self,
  ]

  static var names: String {
    var names: [String] = []
    for type in all { names.append(type.name) }
    return names.joined(separator: "|")
  }

  static func target(named name: String) -> (any FuzzTarget)? {
    for type in all where type.name == name { return type.init() }
    return nil
  }
}

/// Ends the process, so that libFuzzer keeps the input, where something does not hold.
func require(_ condition: Bool, _ message: @autoclosure () -> String) {
  guard !condition else { return }
  report("does not hold: \(message())")
  abort()
}

/// Writes a line to standard error.
func report(_ line: String) {
  let bytes = Array("\(line)\n".utf8)
  // Safe: the array is alive during the call.
  _ = unsafe bytes.withUnsafeBytes { unsafe write(STDERR_FILENO, $0.baseAddress, $0.count) }
}
