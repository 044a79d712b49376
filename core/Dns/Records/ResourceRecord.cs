using System.Globalization;

namespace Cloud.Dns;

/// <summary>A record of class IN.</summary>
/// <param name="Name">Whose it is.</param>
/// <param name="TimeToLive">As the server told it, whole seconds; 0 where its highest bit was set (RFC 2181 §8).</param>
public abstract record ResourceRecord(DnsName Name, TimeSpan TimeToLive)
{
    public abstract RecordType Type { get; }

    /// <summary>The data as a zone file has it, without what comes before: `10 mail.example.com`.</summary>
    public abstract string Data { get; }

    /// <summary>A line of a zone file: `example.com 300 MX 10 mail.example.com`.</summary>
    public sealed override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Name} {TimeToLive.TotalSeconds:F0} {Type.ToText()} {Data}");
}
