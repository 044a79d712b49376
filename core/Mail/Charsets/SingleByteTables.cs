namespace Cloud.Mail.Charsets;

/// <summary>Charsets of one byte a character that the framework has no code page for: ISO 8859-10, -14 and -16, VISCII (RFC 1456), TCVN 5712-1, ARMSCII-8.</summary>
static class SingleByteTables
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

    const string Viscii =
        "ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲÕắằặấầẩậẽẹếềểễệố"
        + "ồổỗỠƠộờởịỰỨỪỬơớƯÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳĐứÒÓÔạỷừửÙÚỹỵÝỡư"
        + "àáâãảăữẫèéêẻìíĩỉđựòóôõỏọụùúũủýợỮ";

    const string Tcvn =
        "ÀẢÃÁẠẶẬÈẺẼÉẸỆÌỈĨÍỊÒỎÕÓỌỘỜỞỠỚỢÙỦŨ\u00a0ĂÂÊÔƠƯĐăâêôơưđẰ"
        + "\u0300\u0309\u0303\u0301\u0323àảãáạẲằẳẵắẴẮẦẨẪẤỀặầẩẫấậèỂẻẽéẹềểễếệìỉỄẾỒĩíịò"
        + "ỔỏõóọồổỗốộờởỡớợùỖủũúụừửữứựỳỷỹýỵỐ";

    const string Armscii =
        "\u00a0\ufffdև։)(»«—.՝,-֊…՜՛՞ԱաԲբԳգԴդԵեԶզԷէԸըԹթԺժԻիԼլԽխԾծԿկ"
        + "ՀհՁձՂղՃճՄմՅյՆնՇշՈոՉչՊպՋջՌռՍսՎվՏտՐրՑցՒւՓփՔքՕօՖֆ՚\ufffd";

    /// <param name="High">The characters of the last octets, up to FF.</param>
    /// <param name="Low">Control characters that are letters here.</param>
    /// <param name="LowLetters">Those letters.</param>
    public sealed record Table(string High, string Low = "", string LowLetters = "");

    static readonly Table[] Tables =
    [
        new(Latin6),
        new(Latin8),
        new(Latin10),
        new(Viscii, "\u0002\u0005\u0006\u0014\u0019\u001e", "ẲẴẪỶỸỴ"),
        new(Tcvn, "\u0001\u0002\u0004\u0005\u0006\u0011\u0012\u0013\u0014\u0015\u0016\u0017", "ÚỤỪỬỮỨỰỲỶỸÝỴ"),
        new(Armscii),
    ];

    /// <returns>Null for a code page that is none of these.</returns>
    public static Table? Find(int codePage) =>
        codePage switch
        {
            28600 => Tables[0],
            28604 => Tables[1],
            28606 => Tables[2],
            CharsetNames.Viscii => Tables[3],
            CharsetNames.Tcvn => Tables[4],
            CharsetNames.Armscii => Tables[5],
            _ => null,
        };

    public static void Append(Table table, ReadOnlySpan<byte> bytes, ref PooledText text)
    {
        var chars = text.Room(bytes.Length);
        var firstHigh = 256 - table.High.Length;
        for (var i = 0; i < bytes.Length; i++)
        {
            var octet = bytes[i];
            chars[i] =
                octet >= firstHigh ? table.High[octet - firstHigh]
                : octet < ' ' && table.Low.IndexOf((char)octet) is >= 0 and var low ? table.LowLetters[low]
                : (char)octet;
        }

        text.Advance(bytes.Length);
    }
}
