import NetworkTypes

/// Where packets of a capture were seen. A classic capture has one; pcapng has any number.
public struct CaptureInterface: Sendable, Hashable {
  public var linkType: LinkType
  /// Bytes kept of each packet; 0 means no limit.
  public var snapshotLength: UInt32
  /// `if_name`: the device.
  public var name: String?
  /// `if_description`: free text; some tools put the pod's name here.
  public var details: String?
  /// Comments of the interface's block.
  public var comments: [String]
  /// Packets that the interface's statistics block says were dropped before they were captured; `nil` if it is silent.
  public var droppedPacketCount: UInt64?
  /// Index of the pcapng section, from 0.
  public var section: Int

  public init(
    linkType: LinkType, snapshotLength: UInt32 = 0, name: String? = nil, details: String? = nil,
    comments: [String] = [], droppedPacketCount: UInt64? = nil, section: Int = 0
  ) {
    self.linkType = linkType
    self.snapshotLength = snapshotLength
    self.name = name
    self.details = details
    self.comments = comments
    self.droppedPacketCount = droppedPacketCount
    self.section = section
  }
}
