namespace Cloud.Dns;

/// <summary>Text. RFC 1035 §3.3.14.</summary>
/// <param name="Name">Whose it is.</param>
/// <param name="TimeToLive">As the server told it.</param>
/// <param name="Text">
/// The strings one after another with nothing between, as SPF (RFC 7208 §3.3) and DKIM (RFC 6376 §3.6.2.2) read them.
/// </param>
public sealed record TxtRecord(DnsName Name, TimeSpan TimeToLive, RecordOctets Text) : ResourceRecord(Name, TimeToLive)
{
    public override RecordType Type => RecordType.Txt;

    public override string Data => Text.ToString();
}
