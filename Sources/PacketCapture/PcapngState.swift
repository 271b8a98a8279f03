/// What the blocks of a pcapng capture before a place say of those behind it.
public struct PcapngState: Sendable {
  var isByteSwapped = false
  /// All interfaces so far, those of earlier sections included.
  var interfaces: [CaptureInterface] = []
  /// How the times of ``interfaces`` count.
  var resolutions: [TimestampResolution] = []
  /// The section's interfaces are those from here on.
  var sectionStart = 0
  var sectionNumber = -1
  /// Section headers and interface descriptions so far: states of one capture with the same number are the same, but for
  /// statistics.
  var version = 0
}
