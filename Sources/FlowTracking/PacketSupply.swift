import NetworkTypes
import PacketCapture
import PacketDecode

/// One capture of a run, as a supply of decoded packets in the capture's order.
///
/// Used by one thread, whatever happens behind it.
protocol PacketSupply: AnyObject {
  /// Index of the capture.
  var number: UInt16 { get }
  /// What the run knows of the capture's place among the others.
  var continuity: Continuity { get }
  /// Whether packets are decoded or read ahead.
  var hasPackets: Bool { get }
  /// Whether the next packets may have to be waited for, for as long as it takes: on a pipe.
  var mayWait: Bool { get }
  /// Time of the next packet. Call only while there is one.
  var nextTime: Int64 { get }
  /// Bytes and packets read so far, for progress.
  var byteOffset: UInt64 { get }
  var packetCount: UInt64 { get }

  /// Gets the next packets when there are none left; waits for them.
  ///
  /// - Returns: `false` at the end of the capture.
  func refill() -> Bool

  /// Hands out entries of the next packets: those before `limit`, at least one packet, at most `maximum`.
  ///
  /// - Parameter room: room for ``PacketDecoder/maximumEntryCount`` entries for each packet.
  func take(
    before limit: Int64, atMost maximum: Int, into room: BatchRoom
  ) -> (packets: Int, entries: Int)

  /// What was found in the packets that were handed out since the last call.
  func takeFindings() -> StageFindings

  /// What was read of the capture, without what ``StageFindings`` say.
  var summary: CaptureSummary { get }
  var metadata: CaptureMetadata { get }
}

/// Whether a capture continues another one: then both see the same places, and their views are one.
final class Continuity {
  /// Whether the first packet was handed out.
  private(set) var hasStarted = false
  /// Whether a later capture has taken over this one's views.
  private(set) var isContinued = false
  /// The capture under whose number the views are.
  private(set) var viewCapture: UInt16

  init(_ number: UInt16) { viewCapture = number }

  /// Begins with the first packet, in continuation of a capture that ended before it, if there is one.
  func start(continuing predecessor: Continuity?) {
    hasStarted = true
    guard let predecessor else { return }
    viewCapture = predecessor.viewCapture
    predecessor.isContinued = true
  }
}
