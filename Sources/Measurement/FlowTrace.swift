/// Which flows the repetitions of a lookup task take.
public struct FlowTrace: Sendable, Hashable {
  public enum Mode: String, Sendable, CaseIterable {
    /// The same 1,024 flows over and over, which an untimed repetition has just taken.
    case warm
    /// Windows that walk through all flows, so that nearly every flow is a new one; tasks of one round take different
    /// windows, for what one has just brought into the cache would help the next.
    case cold
  }

  public let mode: Mode
  /// Flows that there are.
  public let flowCount: Int

  public static let warmCount = 1024
  public static let windowCount = 32

  public init(_ mode: Mode, flowCount: Int) {
    self.mode = mode
    self.flowCount = mode == .warm ? min(flowCount, Self.warmCount) : flowCount
  }

  /// Lookups of one repetition.
  public var lookupCount: Int { windowSize * repeatCount }

  /// How often a repetition goes through its window.
  public var repeatCount: Int { mode == .warm ? 16 : 1 }

  private var windowSize: Int { mode == .warm ? flowCount : flowCount / Self.windowCount }

  /// The flows of a repetition. All windows are taken equally often if the rounds are a multiple of ``windowCount``.
  public func window(round: Int, task: Int) -> Range<Int> {
    guard mode == .cold else { return 0..<flowCount }
    let window = (round + 5 * task) % Self.windowCount
    return window * windowSize..<(window + 1) * windowSize
  }
}
