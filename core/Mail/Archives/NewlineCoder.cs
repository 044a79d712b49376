using System.Buffers;
using Cloud.Mail.Encodings;

namespace Cloud.Mail.Archives;

/// <summary>Changes line ends as octets stream by. A CR that is not before LF is text.</summary>
sealed class NewlineCoder(NewlineForm form) : TransferCoder
{
    bool cr;

    public override void Write(ReadOnlySpan<byte> octets, IBufferWriter<byte> target)
    {
        if (form == NewlineForm.Kept)
        {
            target.Write(octets);
            return;
        }

        while (!octets.IsEmpty)
        {
            if (cr && octets[0] != '\n')
                target.Write("\r"u8);
            cr = false;
            if (form == NewlineForm.Lf && octets.IndexOf((byte)'\r') is var next and not 0)
            {
                var same = next < 0 ? octets : octets[..next];
                target.Write(same);
                octets = octets[same.Length..];
                continue;
            }

            var lf = octets.IndexOf((byte)'\n');
            var run = lf < 0 ? octets : octets[..lf];
            if (run.EndsWith("\r"u8))
            {
                run = run[..^1];
                cr = lf < 0; // its LF may come
            }

            target.Write(run);
            if (lf < 0)
                return;
            target.Write(form == NewlineForm.Lf ? "\n"u8 : "\r\n"u8);
            octets = octets[(lf + 1)..];
        }
    }

    /// <summary>What is held is forgotten.</summary>
    public void Restart() => cr = false;

    public override void Complete(IBufferWriter<byte> target)
    {
        if (cr)
            target.Write("\r"u8);
        cr = false;
    }
}
