using System.Buffers;
using Cloud.Mail.Encodings;

namespace Cloud.Mail;

/// <summary>Counts what a body is decoded, as it streams by, and keeps none of it.</summary>
/// <remarks>
/// The count is the decoder's by construction. Only base64 without a flaw, nearly all that there is, is counted
/// without decoding it: that costs a look at each octet where decoding would cost what hashing does.
/// </remarks>
sealed class DecodedCounter : IBufferWriter<byte>
{
    /// <summary>Octets decoded at a time, so that little is held.</summary>
    const int Piece = 2 * 1024;

    static readonly SearchValues<byte> Flawless = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/\r\n"u8
    );

    Base64Decoder? base64;
    QuotedPrintableDecoder? quotedPrintable;
    TransferCoder? decoder;
    byte[] scratch = [];
    long counted;
    long characters; // of flawless base64, not decoded

    /// <returns>False for an encoding that changes nothing: there is nothing to count.</returns>
    public bool Begin(Octets encoding)
    {
        decoder?.Complete(this); // a body that was given up: what it left is none of this one
        Return();
        (counted, characters, decoder) = (0, 0, null);
        if (!TransferCoder.IsCoded(encoding))
            return false;
        if (!encoding.EqualsIgnoreCase("base64"u8))
            decoder = encoding.EqualsIgnoreCase("quoted-printable"u8)
                ? quotedPrintable ??= new QuotedPrintableDecoder()
                : TransferCoder.Decoder(encoding);
        return true;
    }

    public void Write(ReadOnlySpan<byte> octets)
    {
        if (decoder is null)
        {
            var flaw = octets.IndexOfAnyExcept(Flawless);
            var run = flaw < 0 ? octets : octets[..flaw];
            characters += run.Length - run.Count((byte)'\n') - run.Count((byte)'\r');
            if (flaw < 0)
                return;
            octets = octets[flaw..];
            BeginDecoding();
        }

        Decode(octets);
    }

    public long Complete()
    {
        if (decoder is null)
            return characters / 4 * 3
                + (characters % 4) switch
                {
                    2 => 1,
                    3 => 2,
                    _ => 0, // a lone character says nothing
                };
        decoder.Complete(this);
        decoder = null;
        Return();
        return counted;
    }

    public void Advance(int count) => counted += count;

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        if (scratch.Length < sizeHint || scratch.Length == 0)
        {
            Return();
            scratch = ArrayPool<byte>.Shared.Rent(Math.Max(sizeHint, Piece));
        }

        return scratch;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        GetSpan(sizeHint);
        return scratch;
    }

    /// <summary>At a flaw the decoder takes over, with as many characters in hand as it would have by now.</summary>
    void BeginDecoding()
    {
        decoder = base64 ??= new Base64Decoder(window: 256);
        counted = characters / 4 * 3;
        decoder.Write("AAA"u8[..(int)(characters % 4)], this);
    }

    void Decode(ReadOnlySpan<byte> octets)
    {
        for (; octets.Length > Piece; octets = octets[Piece..])
            decoder!.Write(octets[..Piece], this);
        decoder!.Write(octets, this);
        Return();
    }

    void Return()
    {
        if (scratch.Length > 0)
            ArrayPool<byte>.Shared.Return(scratch);
        scratch = [];
    }
}
