using System.Buffers;

namespace Cloud.Mail.Charsets;

/// <summary>Text that grows in a rented array, so that decoding allocates the result and little else.</summary>
/// <remarks>Passed by reference; <see cref="Take"/> ends it.</remarks>
ref struct PooledText(int capacity)
{
    char[] chars = ArrayPool<char>.Shared.Rent(Math.Max(capacity, 16));

    public int Length { get; private set; }

    public readonly Span<char> Written => chars.AsSpan(0, Length);

    /// <summary>Room for at least <paramref name="size"/> characters; <see cref="Advance"/> says how many were used.</summary>
    public Span<char> Room(int size)
    {
        if (chars.Length - Length < size)
        {
            var larger = ArrayPool<char>.Shared.Rent(Math.Max(chars.Length * 2, Length + size));
            Written.CopyTo(larger);
            ArrayPool<char>.Shared.Return(chars);
            chars = larger;
        }

        return chars.AsSpan(Length);
    }

    public void Advance(int count) => Length += count;

    public void Append(scoped ReadOnlySpan<char> text)
    {
        text.CopyTo(Room(text.Length));
        Length += text.Length;
    }

    /// <summary>Keeps the first <paramref name="length"/> characters.</summary>
    public void Cut(int length) => Length = length;

    /// <summary>Takes the character at <paramref name="at"/> out.</summary>
    public void RemoveAt(int at)
    {
        chars.AsSpan(at + 1, Length - at - 1).CopyTo(chars.AsSpan(at));
        Length--;
    }

    /// <summary>The text; the array goes back.</summary>
    public string Take()
    {
        var text = Written.ToString();
        Return();
        return text;
    }

    /// <summary>Ends it where nobody wants the text as a string.</summary>
    public void Return()
    {
        ArrayPool<char>.Shared.Return(chars);
        chars = [];
        Length = 0;
    }
}
