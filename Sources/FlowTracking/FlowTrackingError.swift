/// Why flows cannot be tracked.
public enum FlowTrackingError: Error, Hashable, Sendable {
  /// The system grants no memory for a table of so many flows.
  case outOfMemory(flowCount: Int)
}

extension FlowTrackingError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .outOfMemory(let flowCount):
      "no memory for a table of \(flowCount) flows; ask for fewer flows at once"
    }
  }
}
