/** A document of one project at 24 fps, 1920 × 1080, with two assets of 200 frames; `story` is what its spine holds. */
export function fcpxmlDocument(story: string, options: { sequence?: string; resources?: string } = {}): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE fcpxml>
<fcpxml version="1.10">
  <resources>
    <format id="r1" name="FFVideoFormat1080p24" frameDuration="1/24s" width="1920" height="1080"/>
    <asset id="a1" name="m01" start="0s" duration="200/24s" hasVideo="1" hasAudio="1" audioChannels="2" format="r1"><media-rep kind="original-media" src="file:///m/m01.mov"/></asset>
    <asset id="a2" name="m02" start="3600s" duration="200/24s" hasVideo="1" hasAudio="1" audioChannels="2" format="r1"><media-rep kind="original-media" src="file:///m/m02.mov"/></asset>
    <asset id="w1" name="tone" start="0s" duration="60s" hasAudio="1" audioChannels="2" audioRate="48000"><media-rep kind="original-media" src="file:///m/tone.wav"/></asset>
    <effect id="e1" name="Cross Dissolve" uid="FxPlug:4731E73A-8DAC-4113-9A30-AE85B1761265"/>
    <effect id="e2" name="Audio Crossfade" uid="FFAudioTransition"/>
    <effect id="e3" name="Custom" uid=".../Generators.localized/Solids.localized/Custom.localized/Custom.motn"/>
    <effect id="e4" name="Gaussian" uid="FxPlug:BLUR"/>
    ${options.resources ?? ''}
  </resources>
  <library><event name="e"><project name="p">
    <sequence format="r1" tcStart="3600s" tcFormat="NDF" ${options.sequence ?? ''}>
      <spine>
${story}
      </spine>
    </sequence>
  </project></event></library>
</fcpxml>
`;
}
