/// Flows for the lookup benchmark, and which of them each repetition takes.
///
/// *Warm*: the same 1,024 flows over and over, which an untimed repetition has just taken. *Cold*: windows that walk through all flows, so that nearly every flow is a
/// new one; tasks of one round take different windows, for what one has just brought into the cache would help the next.
struct FlowTrace<Key> {
  enum Mode: String, CaseIterable {
    case warm
    case cold
  }

  let keys: [Key]
  let mode: Mode

  static var warmCount: Int { 1024 }
  static var windowCount: Int { 32 }

  init(_ keys: [Key], _ mode: Mode) {
    self.keys = mode == .warm ? Array(keys.prefix(Self.warmCount)) : keys
    self.mode = mode
  }

  /// Lookups in one repetition.
  var lookupCount: Int { mode == .warm ? keys.count * repeatCount : windowSize }

  /// How often a repetition goes through its window.
  var repeatCount: Int { mode == .warm ? 16 : 1 }

  private var windowSize: Int { keys.count / Self.windowCount }

  /// The flows of a repetition. All windows are taken equally often if the rounds are a multiple of ``windowCount``.
  func window(round: Int, task: Int) -> Range<Int> {
    guard mode == .cold else { return 0..<keys.count }
    let window = (round + 5 * task) % Self.windowCount
    return window * windowSize..<(window + 1) * windowSize
  }
}
