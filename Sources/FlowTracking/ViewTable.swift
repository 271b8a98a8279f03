import NetworkTypes

/// From where packets were seen: capture, interface, direction on it, and depth inside tunnels.
///
/// The same packet may be seen from several views: on both ends of a virtual cable, outside and inside a tunnel, in the
/// captures of both pods. Within one view every packet is seen once, so flows are counted for each view apart.
public final class ViewTable {
  /// One place.
  public struct View: Hashable, Sendable {
    /// Index of the capture; that of the first one, where a capture continues another.
    public var capture: UInt16
    /// Index of the interface in its capture.
    public var interface: UInt32
    /// Linux cooked captures: the interface index in the header (version 2), else 0.
    public var cookedInterface: UInt32
    /// Linux cooked captures: the packet type (0 to us, 1 broadcast, 2 multicast, 3 to another host, 4 sent by us).
    public var packetType: UInt8
    /// IP headers around the flow's own.
    public var tunnelDepth: UInt8

    public init(
      capture: UInt16, interface: UInt32, cookedInterface: UInt32 = 0, packetType: UInt8 = 0,
      tunnelDepth: UInt8 = 0
    ) {
      self.capture = capture
      self.interface = interface
      self.cookedInterface = cookedInterface
      self.packetType = packetType
      self.tunnelDepth = tunnelDepth
    }
  }

  public private(set) var views: [View] = []
  /// First and last packet's time of each capture, in nanoseconds since 1970; kept up by the reader of the captures.
  // Checked for each batch, these accesses cost more than they find.
  @safe @exclusivity(unchecked) public var windows: [ClosedRange<Int64>?] = []
  private var numbers: [View: UInt16] = [:]
  /// Whether there were more views than can be told apart; packets may then be counted more than once.
  public private(set) var isFull = false

  public init() {}

  /// The view's number; the same view always has the same.
  public func number(of view: View) -> UInt16 {
    if let number = numbers[view] { return number }
    guard views.count < Int(UInt16.max) else {
      isFull = true
      return .max - 1
    }
    let number = UInt16(views.count)
    views.append(view)
    numbers[view] = number
    return number
  }

  /// How far a view is to be believed, lower first, where a packet was seen from several.
  ///
  /// A Linux cooked header of version 1 names no interface: a packet that passes a bridge is seen several times as "sent by
  /// us" and not told apart, so the views of arriving packets come first.
  func rank(_ number: UInt16) -> Int {
    guard views.indices.contains(Int(number)) else { return 0 }
    let view = views[Int(number)]
    return view.packetType == 4 && view.cookedInterface == 0 ? 1 : 0
  }

  /// Whether all packets of one capture are before all of another, but for a second's overlap of clocks and buffers: then
  /// they cannot be the same packets.
  func isSequential(_ first: UInt16, before second: UInt16) -> Bool {
    guard first != second, windows.indices.contains(Int(first)),
      windows.indices.contains(Int(second)), let earlier = windows[Int(first)],
      let later = windows[Int(second)]
    else { return false }
    let shorter = min(
      Self.distance(from: earlier.lowerBound, to: earlier.upperBound),
      Self.distance(from: later.lowerBound, to: later.upperBound))
    let tolerance = min(1_000_000_000, max(0, shorter) / 10)
    return Self.distance(from: later.lowerBound, to: earlier.upperBound) <= tolerance
  }

  /// Nanoseconds, or as many as 64 bits can tell: damaged captures have times of any century.
  private static func distance(from start: Int64, to end: Int64) -> Int64 {
    let (difference, overflows) = end.subtractingReportingOverflow(start)
    if overflows { return end < start ? .min : .max }
    return difference
  }
}
