using System.Buffers;
using System.Text;

namespace Cloud.Mail.Compose;

/// <summary>Writes header fields as lines of 78 characters where there is a place to fold, and never over 998 octets.</summary>
sealed class FieldWriter(IBufferWriter<byte> target, HeaderForm form)
{
    /// <summary>Where lines are folded, octets: RFC 5322 §2.1.1.</summary>
    public const int FoldAt = 78;

    /// <summary>The longest line, octets, without CRLF: RFC 5322 §2.1.1.</summary>
    public const int MaxLine = 998;

    bool isFirst;

    public HeaderForm Form => form;

    /// <summary>Octets on the line so far.</summary>
    public int Column { get; private set; }

    /// <summary>Something beyond ASCII was written.</summary>
    public bool HasUtf8 { get; private set; }

    public void Begin(string name)
    {
        Write(name);
        Write(":");
        isFirst = true;
    }

    /// <param name="word">With the white space before it, where the line may be folded.</param>
    /// <exception cref="ComposeException">Too long for any line.</exception>
    public void Add(string word)
    {
        var length = Encoding.UTF8.GetByteCount(word);
        var isOver = Column + length > FoldAt && (!isFirst || Column + length > MaxLine);
        if (isOver && word.StartsWith(' '))
        {
            target.Write("\r\n"u8);
            Column = 0;
        }

        if (Column + length > MaxLine)
            throw new ComposeException("A header field holds a word that is too long for a line");
        isFirst = false;
        Write(word);
    }

    /// <summary>Adds a word, and before its white space what ends the one before.</summary>
    public void AddAfter(string special, string word)
    {
        Write(special);
        Add(word);
    }

    public void End()
    {
        target.Write("\r\n"u8);
        Column = 0;
    }

    void Write(string text)
    {
        HasUtf8 |= !Ascii.IsValid(text);
        Column += (int)Encoding.UTF8.GetBytes(text, target);
    }
}
