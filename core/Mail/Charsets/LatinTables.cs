namespace Cloud.Mail.Charsets;

/// <summary>The parts of ISO 8859 that the framework has no code page for.</summary>
static class LatinTables
{
    const string Latin6 =
        "\u00a0ĄĒĢĪĨĶ§ĻĐŠŦŽ\u00adŪŊ°ąēģīĩķ·ļđšŧž―ūŋĀÁÂÃÄÅÆĮČÉĘËĖÍÎÏ"
        + "ÐŅŌÓÔÕÖŨØŲÚÛÜÝÞßāáâãäåæįčéęëėíîïðņōóôõöũøųúûüýþĸ";

    const string Latin8 =
        "\u00a0Ḃḃ£ĊċḊ§Ẁ©ẂḋỲ\u00ad®ŸḞḟĠġṀṁ¶ṖẁṗẃṠỳẄẅṡÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏ"
        + "ŴÑÒÓÔÕÖṪØÙÚÛÜÝŶßàáâãäåæçèéêëìíîïŵñòóôõöṫøùúûüýŷÿ";

    const string Latin10 =
        "\u00a0ĄąŁ€„Š§š©Ș«Ź\u00adźŻ°±ČłŽ”¶·žčș»ŒœŸżÀÁÂĂÄĆÆÇÈÉÊËÌÍÎÏ"
        + "ĐŃÒÓÔŐÖŚŰÙÚÛÜĘȚßàáâăäćæçèéêëìíîïđńòóôőöśűùúûüęțÿ";

    /// <param name="codePage">28600, 28604 or 28606: ISO 8859-10, -14, -16.</param>
    /// <param name="bytes">Of the text; each one is a character.</param>
    public static string Decode(int codePage, ReadOnlySpan<byte> bytes) =>
        string.Create(
            bytes.Length,
            new State(
                codePage switch
                {
                    28600 => Latin6,
                    28604 => Latin8,
                    _ => Latin10,
                },
                bytes
            ),
            (text, state) =>
            {
                for (var i = 0; i < text.Length; i++)
                    text[i] = state.Bytes[i] < 0xA0 ? (char)state.Bytes[i] : state.Upper[state.Bytes[i] - 0xA0];
            }
        );

    readonly ref struct State(string upper, ReadOnlySpan<byte> bytes)
    {
        public readonly string Upper = upper; // octets A0 to FF
        public readonly ReadOnlySpan<byte> Bytes = bytes;
    }
}
