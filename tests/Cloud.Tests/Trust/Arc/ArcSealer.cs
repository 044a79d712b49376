using System.Text;
using Cloud.Mail.Headers;
using Cloud.Tests.Trust.Dkim;
using Cloud.Trust.Arc;
using Cloud.Trust.Dkim;

namespace Cloud.Tests.Trust.Arc;

/// <summary>Adds a set to a message, as a forwarder does. RFC 8617 §5.1.</summary>
/// <param name="Domain">Of signature and seal.</param>
/// <param name="Key">Of both.</param>
sealed record ArcSealer(string Domain, DkimKey Key)
{
    /// <summary>What it saw, behind the instance.</summary>
    public string Results { get; init; } =
        "mx.example; dmarc=pass header.from=example.org; spf=pass smtp.mailfrom=a@example.org";

    /// <summary>h= of the signature.</summary>
    public string Names { get; init; } = "from:to:subject";

    /// <summary>More tags of the signature.</summary>
    public string Tags { get; init; } = "c=relaxed/relaxed";

    /// <summary>cv= of the seal; null for what is right.</summary>
    public string? Validation { get; init; }

    public byte[] Seal(byte[] message)
    {
        var header = new HeaderBlock(1 << 20, 10_000);
        Assert.True(header.Write(message, out var rest));
        var instance = header.Named(ArcChain.SealField).Count + 1;
        using var body = new CanonicalBody(Canonicalization.Relaxed);
        var hash = body.Hash(null);
        body.Write(rest.Held);
        body.Write(rest.Last);
        body.Complete();

        var common = $"i={instance}; a={Key.AlgorithmName}; d={Domain}; s={Key.Selector}; t={DkimHarness.Now}";
        var results = $"{ArcChain.ResultsField}: i={instance}; {Results}\r\n";
        var unsigned =
            $"{ArcChain.SignatureField}: {common}; {Tags}; h={Names}; bh={Convert.ToBase64String(hash.Value)}; b=";
        var form = Tags.Contains("simple", StringComparison.Ordinal)
            ? Canonicalization.Simple
            : Canonicalization.Relaxed;
        var own = Field(unsigned, ArcChain.SignatureField);
        var signature = Sign(unsigned, CanonicalHeader.Hash(header, Names.Split(':'), own, form));
        var validation = Validation ?? (instance == 1 ? "none" : "pass");
        var unsealed = $"{ArcChain.SealField}: {common}; cv={validation}; b=";
        byte[] signed = [.. Bytes(unsealed), .. "\r\n"u8, .. Bytes(signature), .. Bytes(results), .. message];
        var whole = new HeaderBlock(1 << 20, 10_000);
        Assert.True(whole.Write(signed, out _));
        var seal = Sign(unsealed, SealHash(whole));
        return [.. Bytes(seal), .. Bytes(signature), .. Bytes(results), .. message];
    }

    /// <summary>Of the set on top, and all below it. RFC 8617 §5.1.1.</summary>
    static byte[] SealHash(HeaderBlock header)
    {
        var count = header.Named(ArcChain.SealField).Count;
        var text = new System.Buffers.ArrayBufferWriter<byte>();
        for (var from = count - 1; from >= 0; from--)
        {
            foreach (var name in (string[])[ArcChain.ResultsField, ArcChain.SignatureField, ArcChain.SealField])
                CanonicalHeader.Write(header[header.Named(name)[from]], Canonicalization.Relaxed, text);
        }

        return System.Security.Cryptography.SHA256.HashData(text.WrittenSpan[..^2]);
    }

    string Sign(string unsigned, byte[] hash) => $"{unsigned}{Convert.ToBase64String(Key.Sign(hash))}\r\n";

    static HeaderField Field(string text, string name) => new(Bytes(text + "\r\n"), name.Length);

    static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
